"""Jacobi's eigenvalues against LAPACK's, matrices whose eigenvalues are known, and the product."""

from __future__ import annotations

import numpy as np
import pytest

from burncast.distributions.symmetric import eigenvectors, product


def symmetric(size, seed):
    half = np.random.default_rng(seed).uniform(-1, 1, (size, size))
    return half + half.T


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 12, 25])
def test_against_lapack(size):
    matrix = symmetric(size, seed=size)
    values, vectors = eigenvectors(matrix, np.eye(size))
    np.testing.assert_allclose(np.sort(values), np.linalg.eigvalsh(matrix), rtol=0, atol=1e-15 * size)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(size), atol=1e-15 * size)
    np.testing.assert_allclose((vectors * values) @ vectors.T, matrix, atol=1e-15 * size)


def test_a_guess_changes_the_work_and_not_the_answer():
    matrix = symmetric(6, seed=1)
    _, guess = eigenvectors(matrix, np.eye(6))
    near = matrix + 1e-3 * symmetric(6, seed=2)
    values, vectors = eigenvectors(near, guess)
    np.testing.assert_allclose(np.sort(values), np.linalg.eigvalsh(near), atol=5e-15)
    np.testing.assert_allclose((vectors * values) @ vectors.T, near, atol=5e-15)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_equal_eigenvalues(size):
    values, vectors = eigenvectors(np.ones((size, size)), np.eye(size))
    np.testing.assert_allclose(np.sort(values), [0.0] * (size - 1) + [size], atol=1e-15 * size)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(size), atol=1e-15 * size)
    values, vectors = eigenvectors(np.diag(np.full(size, 2.0)), np.eye(size))
    assert values.tolist() == [2.0] * size
    np.testing.assert_array_equal(vectors, np.eye(size))


def test_product():
    random = np.random.default_rng(4)
    left, right = random.normal(size=(3, 5)), random.normal(size=(5, 2))
    np.testing.assert_allclose(product(left, right), left @ right, rtol=1e-14)
