"""The scenario that ``burncast init`` prints: small, commented, and a forecast as it stands."""

from __future__ import annotations

__all__ = ["SCHEMA_LINE", "TEMPLATE"]

TEMPLATE = """\
#:schema scenario.schema.json
# A burncast scenario. `burncast schema > scenario.schema.json` gives an editor what it needs to complete this file,
# `burncast check this.toml` tells whether all is well, `burncast run this.toml` makes the forecast.

[scenario]
title = "A software company with eighteen months of cash"
description = "Subscriptions in two plans, hiring by the runway, and rounds that close or do not."
# extends = "other.toml"           # start from another scenario; this file's entries override it, key by key
start = "2026-01"                  # the first simulated month
periods = 36
step = "month"                     # month, week or quarter
currency = "USD"

[dimensions]                       # a quantity may lie over a dimension: one value for each element
plan = ["team", "business"]

# Inputs are drawn once per trajectory: what we do not know. "2 to 8" is a 90 % interval.
[inputs]
opening_cash = { value = 6e6, unit = "USD", source = "bank statement, 31 December" }
opening_customers = { value = { team = 400, business = 25 }, over = "plan", unit = "customer" }
price = { value = { team = 90, business = 1400 }, over = "plan", unit = "USD/customer/month" }
new_customers = { value = { team = "18 to 40", business = "0.8 to 3" }, over = "plan", unit = "customer/month" }
churn = { value = { team = "beta(p5=0.02, p95=0.05)", business = "beta(p5=0.005, p95=0.02)" }, unit = "1/month" }
cost_to_win = { value = { team = "lognormal(mean=700, sd=200)", business = 9000 }, unit = "USD/customer" }
opening_staff = { value = 22, unit = "employee" }
cost_per_employee = { value = "normal(mean=11_000, sd=600)", unit = "USD/employee/month", note = "pay, taxes, desk" }
hiring = { value = "pert(low=0, mode=0.3, high=1)", unit = "employee/month" }
round_size = { value = "5e6 to 12e6", unit = "USD" }
hosting_per_customer = { value = 6, unit = "USD/customer/month" }

# Processes take one value per period: what the world does. Rates and volatilities are per year.
[processes]
hosting_price = { value = "gbm(start=1, drift=-0.05, volatility=0.15)", note = "index of the price of hosting" }
demand = "log_ou(start=1, mean=1, half_life=0.75, volatility=0.3)"
market = { value = "markov(transition=[[0.96, 0.04], [0.12, 0.88]], start=0)", states = ["open", "shut"] }

# Formulas are computed every period. A stock's name means its value at the end of the period before.
[formulas]
arrivals = { value = "new_customers * demand", unit = "customer/month" }
revenue = { value = "customers * price", unit = "USD/month" }
selling = { value = "arrivals * cost_to_win", unit = "USD/month" }
payroll = { value = "staff * cost_per_employee", unit = "USD/month" }
hosting = { value = "sum(customers) * hosting_per_customer * hosting_price", unit = "USD/month" }
burn = { value = "payroll + hosting + sum(selling) - sum(revenue)", unit = "USD/month" }
months_left = { value = "cash / max(burn, 1)", unit = "month" }
raises = "chance(where(months_left < 6, where(market == 'open', 0.25, 0.05), 0))"

# Stocks are carried from period to period.
[stocks]
customers = { start = "opening_customers", next = "customers * (1 - churn) + arrivals", unit = "customer" }
staff = { start = "opening_staff", next = "staff + where(months_left > 9, hiring, 0)", unit = "employee" }
cash = { start = "opening_cash", next = "cash - burn + raises * round_size", unit = "USD" }

[[correlations]]                   # what moves together; copula = "t" with df = 4 for joint extremes
between = ['new_customers["team"]', 'new_customers["business"]']
rho = 0.5

[ruin]
when = "cash < 0"                  # asked at the end of each period
need = "-cash"                     # the hole to fill; its maximum over time is the funding need

[outputs]
track = ["cash", "burn", "customers", "staff"]

[variants.hiring_freeze]           # overrides, run side by side with the base on the same random numbers
inputs.hiring = 0

[variants.slow_sales]
inputs.new_customers = { value = { team = "9 to 25", business = "0.3 to 2" } }
"""

SCHEMA_LINE = TEMPLATE.splitlines(keepends=True)[0]
"""The first line of a scenario that an editor checks against a schema beside it."""
