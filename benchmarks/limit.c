/* The limit: the model of benchmarks/model.py in straight C, with burncast's generator, inverse normal and exponential.

   The operations of a trajectory are those of burncast's program in its order, every fused multiply-add explicit, so that
   both give the same bits. What a program costs beyond them is missing: no instructions to fetch, no registers in memory
   between two operations, no checks of soundness, no histograms of the cash. coefficients.h is written by peer_c.py from
   engine/numerics/coefficients.py. */

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <stdint.h>
#include <string.h>
#include "coefficients.h"

#ifndef LANES
#define LANES 256
#endif
#define PERIODS 36
#define STREAMS 8
#define INLINE static inline __attribute__((always_inline))
#define POLYNOMIAL(NAME, TYPE, FMA)                                                  \
    INLINE TYPE NAME(TYPE x) {                                                        \
        const TYPE c[] = {NAME##_COEFFICIENTS};                                       \
        const int n = (int)(sizeof c / sizeof c[0]);                                  \
        const int top_odd = (n - 1) % 2 ? n - 1 : n - 2, top_even = (n - 1) % 2 ? n - 2 : n - 1; \
        const TYPE square = x * x;                                                    \
        TYPE odd = c[top_odd], even = c[top_even];                                    \
        _Pragma("GCC unroll 32") for (int k = top_odd - 2; k >= 1; k -= 2) odd = FMA(odd, square, c[k]);   \
        _Pragma("GCC unroll 32") for (int k = top_even - 2; k >= 2; k -= 2) even = FMA(even, square, c[k]); \
        return FMA(FMA(even, x, odd), x, c[0]);                                       \
    }

POLYNOMIAL(EXP, double, __builtin_fma)
POLYNOMIAL(LOG_SINGLE, float, __builtin_fmaf)
POLYNOMIAL(QUANTILE_SINGLE, float, __builtin_fmaf)

struct model {
    double gbm_start[4], gbm_trend[4], gbm_spread[4];
    double ou_start[3], ou_phi[3], ou_pull[3], ou_spread[3];
    double walk_start, walk_trend, walk_spread, users, cash, hours_per_query, energy_share;
    double need_width;
    int64_t need_bins;
    uint32_t streams[STREAMS];
};

/* Philox4x32-10, some vectors of counters at a time, round by round, so that one's products are under way while another's
   are used. PLAIN leaves the product to gcc, which takes a 64-bit one, three times as dear as the 32-bit one needed. */

#if defined(__AVX512F__)
typedef uint64_t wide __attribute__((vector_size(64)));
#define COUNT ((wide){0, 1, 2, 3, 4, 5, 6, 7})
#elif defined(__AVX2__)
typedef uint64_t wide __attribute__((vector_size(32)));
#define COUNT ((wide){0, 1, 2, 3})
#else
typedef uint64_t wide __attribute__((vector_size(16)));
#define COUNT ((wide){0, 1})
#endif
#define LOW 0xFFFFFFFFull
#if defined(__AVX512F__) && !defined(PLAIN)
#define PRODUCT(X, Y) (wide)_mm512_mul_epu32((__m512i)(X), (__m512i)(Y))
#elif defined(__AVX2__) && !defined(PLAIN)
#define PRODUCT(X, Y) (wide)_mm256_mul_epu32((__m256i)(X), (__m256i)(Y))
#else
#define PRODUCT(X, Y) (((X) & LOW) * (Y))
#endif
#define WIDE (sizeof(wide) / 8)
#define SPLAT(X) ((wide){0} + (X))
#define CHAINS 4

/* Two lanes share a 64-bit word of the result, so that nothing is shuffled: word j of lane i is uint32 j * LANES + i. */
static __attribute__((noinline)) void words(
    uint64_t *restrict out, uint64_t key, uint64_t first, uint64_t quarter, uint64_t stream) {
    const uint64_t k0 = key & LOW, k1 = key >> 32;
    const wide m0 = SPLAT(0xD2511F53ull), m1 = SPLAT(0xCD9E8D57ull);
    wide lane = SPLAT(first) + 2 * COUNT;
    for (uint64_t i = 0; i < LANES / 2; i += CHAINS / 2 * WIDE) {
        wide c[CHAINS][4];
        _Pragma("GCC unroll 4") for (int k = 0; k < CHAINS; k++) {
            c[k][0] = lane + (uint64_t)(k & 1) + (uint64_t)(k / 2) * 2 * WIDE;
            c[k][1] = SPLAT(first >> 32), c[k][2] = SPLAT(quarter), c[k][3] = SPLAT(stream);
        }
        _Pragma("GCC unroll 10") for (uint64_t round = 0; round < 10; round++) {
            const wide r0 = SPLAT(k0 + round * 0x9E3779B9ull), r1 = SPLAT(k1 + round * 0xBB67AE85ull);
            _Pragma("GCC unroll 4") for (int k = 0; k < CHAINS; k++) {
                const wide a = PRODUCT(c[k][0], m0), b = PRODUCT(c[k][2], m1);
                c[k][0] = (b >> 32) ^ c[k][1] ^ r0;
                c[k][2] = (a >> 32) ^ c[k][3] ^ r1;
                c[k][1] = b, c[k][3] = a;
            }
        }
        _Pragma("GCC unroll 4") for (int k = 0; k < CHAINS; k += 2)
            _Pragma("GCC unroll 4") for (int j = 0; j < 4; j++)
                *(wide *)(out + i + (uint64_t)(k / 2) * WIDE + (uint64_t)j * LANES / 2) = (c[k][j] & LOW) | c[k + 1][j] << 32;
        lane += CHAINS * WIDE;
    }
}

/* Normals by inversion: engine/streams.py. */

INLINE float bits_to_float(uint32_t bits) { float x; memcpy(&x, &bits, 4); return x; }
INLINE uint32_t float_to_bits(float x) { uint32_t bits; memcpy(&bits, &x, 4); return bits; }
INLINE double bits_to_double(uint64_t bits) { double x; memcpy(&x, &bits, 8); return x; }
INLINE uint64_t double_to_bits(double x) { uint64_t bits; memcpy(&bits, &x, 8); return bits; }

/* (w - W0)/(w + C) of w = -log(4p(1 - p)), from 2^62 4p(1 - p). */
INLINE float variable(float four_pq) {
    const int32_t bits = (int32_t)float_to_bits(four_pq) - (0x3F3504F3 + (62 << 23));
    const float exponent = (float)(bits >> 23);
    const float mantissa = bits_to_float((uint32_t)((bits & 0x7FFFFF) + 0x3F3504F3));
    const float shifted = __builtin_fmaf(exponent, -0.6931471805599453f, LOG_SINGLE(mantissa - 1.0f));
    return shifted / (shifted + SPAN);
}

/* Words become normals in place. Three short passes are faster than one: more vectors are in flight. */
static __attribute__((noinline)) void fold(uint32_t *restrict words, float *restrict variables) {
    for (int i = 0; i < 4 * LANES; i++) {
        const int32_t folded = (int32_t)words[i] ^ ((int32_t)words[i] >> 31);
        const float tail = (float)folded + 0.5f, size = 0x1p31f - tail;
        variables[i] = tail * (size + 0x1p31f);
        words[i] = float_to_bits(size) | (~words[i] & 0x80000000u);
    }
}

static __attribute__((noinline)) void middle(float *restrict variables) {
    for (int i = 0; i < 4 * LANES; i++) variables[i] = variable(variables[i]);
}

static __attribute__((noinline)) void finish(float *restrict values, const float *restrict variables) {
    for (int i = 0; i < 4 * LANES; i++) values[i] *= QUANTILE_SINGLE(variables[i]);
}

INLINE double exponential(double x) {
    const double shifted = __builtin_fma(x, 1.4426950408889634, 6755399441055744.0), k = shifted - 6755399441055744.0;
    const double r = __builtin_fma(k, -1.90821492927058770002e-10, __builtin_fma(k, -6.93147180369123816490e-01, x));
    const double p = 1.0 + __builtin_fma(r * r, EXP(r), r);
    double y = bits_to_double(double_to_bits(p) + (double_to_bits(shifted) << 52));
    y = x <= 709.782712893384 ? y : x + __builtin_inf();
    return x < -708.39 ? 0.0 : y;
}

/* One month of a block of lanes. */

struct lanes {
    double price[LANES], usage[LANES], gpu_price[LANES], wages[LANES];
    double energy[LANES], utilisation[LANES], growth[LANES], churn[LANES];
    double users[LANES], cash[LANES], need[LANES], passage[LANES];
};

static __attribute__((noinline)) double month(
    struct lanes *restrict s, const float *restrict shocks, const struct model *restrict m, double now, int active) {
    const float *z0 = shocks, *z1 = z0 + 4 * LANES, *z2 = z1 + 4 * LANES, *z3 = z2 + 4 * LANES;
    const float *z4 = z3 + 4 * LANES, *z5 = z4 + 4 * LANES, *z6 = z5 + 4 * LANES, *z7 = z6 + 4 * LANES;
    const double fixed_share = 1.0 - m->energy_share;
#define GBM(X, Z, K) X * exponential(__builtin_fma((double)Z[i], m->gbm_spread[K], m->gbm_trend[K]))
#define OU(X, Z, K) __builtin_fma((double)Z[i], m->ou_spread[K], __builtin_fma(X, m->ou_phi[K], m->ou_pull[K]))
    for (int i = 0; i < LANES; i++) s->price[i] = GBM(s->price[i], z0, 0);
    for (int i = 0; i < LANES; i++) s->usage[i] = GBM(s->usage[i], z1, 1);
    for (int i = 0; i < LANES; i++) s->gpu_price[i] = GBM(s->gpu_price[i], z2, 2);
    for (int i = 0; i < LANES; i++) s->wages[i] = GBM(s->wages[i], z3, 3);
    for (int i = 0; i < LANES; i++) {
        const double energy = OU(s->energy[i], z4, 0), utilisation = OU(s->utilisation[i], z5, 1);
        const double growth = OU(s->growth[i], z6, 2);
        const double churn = __builtin_fma((double)z7[i], m->walk_spread, s->churn[i] + m->walk_trend);
        const double users = s->users[i], revenue = users * s->price[i];
        const double hours = s->usage[i] * users * m->hours_per_query / exponential(utilisation);
        const double share = __builtin_fma(exponential(energy), m->energy_share, fixed_share);
        const double burn = __builtin_fma(s->gpu_price[i] * hours, share, s->wages[i]) - revenue;
        const double cash = s->cash[i] - burn, need = -cash;
        s->energy[i] = energy;
        s->utilisation[i] = utilisation;
        s->growth[i] = growth;
        s->churn[i] = churn;
        s->users[i] = users * __builtin_fma(growth - churn, 1.0 / 12.0, 1.0);
        s->cash[i] = cash;
        s->need[i] = need > s->need[i] ? need : s->need[i];
        const double reached = cash < 0.0 ? now : PERIODS + 1.0;
        s->passage[i] = reached < s->passage[i] ? reached : s->passage[i];
    }
    double total = 0.0;
#pragma omp simd reduction(+ : total)
    for (int i = 0; i < active; i++) total += s->cash[i];
    return total;
}

/* Adds trajectories first … first + count − 1 to passage[PERIODS + 2], total_cash[PERIODS] and need[need_bins]. */
void limit_run(
    const struct model *m, uint64_t seed, uint64_t first, int64_t count, int64_t *passage, double *total_cash,
    int64_t *need) {
    static __thread struct lanes s __attribute__((aligned(64)));
    static __thread uint64_t buffer[STREAMS * 4 * LANES / 2] __attribute__((aligned(64)));
    static __thread float variables[4 * LANES] __attribute__((aligned(64)));
    for (int64_t begin = 0; begin < count; begin += LANES) {
        const int active = count - begin < LANES ? (int)(count - begin) : LANES;
        for (int i = 0; i < LANES; i++) {
            s.price[i] = m->gbm_start[0], s.usage[i] = m->gbm_start[1], s.gpu_price[i] = m->gbm_start[2];
            s.wages[i] = m->gbm_start[3], s.energy[i] = m->ou_start[0], s.utilisation[i] = m->ou_start[1];
            s.growth[i] = m->ou_start[2], s.churn[i] = m->walk_start, s.users[i] = m->users, s.cash[i] = m->cash;
            s.need[i] = 0.0, s.passage[i] = PERIODS + 1.0;
        }
        for (int period = 1; period <= PERIODS; period++) {
            if (period == 1 || period % 4 == 0)
                for (int k = 0; k < STREAMS; k++) {
                    uint64_t *block = buffer + k * 4 * LANES / 2;
                    words(block, seed, first + (uint64_t)begin, (uint64_t)period / 4, m->streams[k]);
                    fold((uint32_t *)block, variables);
                    middle(variables);
                    finish((float *)block, variables);
                }
            total_cash[period - 1] += month(&s, (const float *)buffer + period % 4 * LANES, m, period, active);
        }
        for (int i = 0; i < active; i++) {
            passage[(int)s.passage[i]]++;
            const double place = s.need[i] / m->need_width;
            need[place < m->need_bins - 1 ? (int64_t)place : m->need_bins - 1]++;
        }
    }
}
