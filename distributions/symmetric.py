"""Eigenvalues of a small symmetric matrix by Jacobi's rotations: the same bits on every processor.

Golub & Van Loan, Matrix Computations, 4th ed., §8.5, in the parallel order of Brent & Luk (SIAM J. Sci. Stat. Comput.
6, 1985): every round annihilates as many entries as there are disjoint pairs. LAPACK is faster, but its last bits
depend on the processor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["eigenvectors", "product"]

MOST_SWEEPS = 30
NEGLIGIBLE = 1e-15

Floats = NDArray[np.float64]


def product(left: Floats, right: Floats) -> Floats:
    """The product of two matrices [n, m] and [m, p], summed in an order that does not depend on the processor."""
    return np.asarray(np.sum(left[:, None, :] * right.T[None, :, :], axis=2))


def eigenvectors(matrix: Floats, guess: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues [k] of a symmetric matrix [k, k], in no order, and their vectors as the columns of [k, k].

    ``guess``: an orthogonal matrix; the eigenvectors of a similar matrix save most of the rounds.
    """
    vectors = guess.copy()
    rotated = product(product(vectors.T, matrix), vectors)
    rounds = _rounds(len(matrix))
    for _ in range(MOST_SWEEPS):
        apart = np.abs(rotated)
        np.fill_diagonal(apart, 0.0)
        if np.max(apart) <= NEGLIGIBLE * np.max(np.abs(rotated)):
            break
        for p, q in rounds:
            entry, gap = rotated[p, q], rotated[q, q] - rotated[p, p]
            reach = np.abs(gap) + np.sqrt(gap * gap + 4 * entry * entry)
            tangent = np.copysign(2 * entry, entry * gap) / np.where(reach == 0, 1.0, reach)
            cosine = 1 / np.sqrt(1 + tangent * tangent)
            sine = tangent * cosine
            for rows in (rotated, rotated.T, vectors.T):
                _rotate(rows, p, q, sine[:, None], (sine / (1 + cosine))[:, None])
            rotated[p, q] = rotated[q, p] = 0.0
    return np.diag(rotated).copy(), vectors


def _rotate(rows: Floats, p: NDArray[np.intp], q: NDArray[np.intp], sine: Floats, half_tangent: Floats) -> None:
    """Turn the pairs of rows (p, q) into each other, in place (Rutishauser's form: small angles lose nothing)."""
    first, second = rows[p], rows[q]
    rows[p] = first - sine * (second + half_tangent * first)
    rows[q] = second + sine * (first - half_tangent * second)


def _rounds(size: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """All pairs p < q below ``size``, in rounds of disjoint ones: the schedule of a round-robin tournament."""
    players = list(range(size + size % 2))
    half = len(players) // 2
    rounds = []
    for _ in range(len(players) - 1):
        pairs = [sorted(pair) for pair in zip(players[:half], reversed(players[half:]), strict=True)]
        kept = np.array([pair for pair in pairs if pair[1] < size], dtype=np.intp).reshape(-1, 2)
        rounds.append((kept[:, 0], kept[:, 1]))
        players = [players[0], players[-1], *players[1:-1]]
    return rounds
