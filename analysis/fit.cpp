#include "analysis/fit.h"

#include <fmt/format.h>

// The same sums on every machine; and its prefetches do not compile without optimisation.
#define EIGEN_DONT_VECTORIZE
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

/// Rows in which two coefficients differ by less than this, relatively, do not tell them apart.
constexpr double kSingular = 1e-6;
/// A coefficient takes part in what cannot be told apart if its share is larger.
constexpr double kShare = 0.05;

struct System {
  Matrix shares;  // by row and coefficient: energy of it over the measured energy
  Vector rest;    // what the other coefficients leave of 1
};

System system_of(const std::vector<FitRow>& rows, const std::vector<std::string>& coefficients) {
  const auto m = static_cast<Eigen::Index>(rows.size());
  const auto n = static_cast<Eigen::Index>(coefficients.size());
  System system{Matrix::Zero(m, n), Vector::Ones(m)};
  for (Eigen::Index i = 0; i < m; ++i) {
    const FitRow& row = rows[static_cast<std::size_t>(i)];
    const auto& terms = row.result->energy->terms;
    for (std::size_t t = 0; t < terms.size(); ++t) {
      const double share = static_cast<double>(row.cost->energy[t]) / row.measured_fj;
      const auto found = std::find(coefficients.begin(), coefficients.end(), terms[t].path);
      if (found == coefficients.end()) {
        system.rest(i) -= share;
      } else {
        system.shares(i, found - coefficients.begin()) += share;
      }
    }
  }
  return system;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

/// Throws where the rows do not determine the factors.
void check(const System& system, const std::vector<std::string>& coefficients,
           const std::string& file) {
  const auto n = static_cast<Eigen::Index>(coefficients.size());
  if (system.shares.rows() < n) {
    throw ConfigError(fmt::format("{} measurements for {} coefficients", system.shares.rows(), n),
                      file, "add measurements, or fit fewer coefficients");
  }
  Matrix scaled = system.shares;
  for (Eigen::Index j = 0; j < n; ++j) {
    const double norm = scaled.col(j).norm();
    if (norm == 0) {
      throw ConfigError(fmt::format("no measured run takes energy by {}",
                                    coefficients[static_cast<std::size_t>(j)]),
                        file,
                        "add a run that does, or leave it out; one that is 0 cannot be scaled");
    }
    scaled.col(j) /= norm;
  }
  const Eigen::JacobiSVD<Matrix> svd(scaled, Eigen::ComputeFullV);
  const Vector& values = svd.singularValues();
  if (values(n - 1) > kSingular * values(0)) return;
  std::vector<std::string> alike;
  for (Eigen::Index j = 0; j < n; ++j) {
    if (std::abs(svd.matrixV()(j, n - 1)) > kShare)
      alike.push_back(coefficients[static_cast<std::size_t>(j)]);
  }
  throw ConfigError(fmt::format("these measurements cannot tell {} apart", joined(alike)), file,
                    "fit one of them, or measure runs in which their shares differ");
}

/// Non-negative least squares by active sets.
/// Source: Lawson, Hanson, "Solving Least Squares Problems", chapter 23.
Vector solve(const Matrix& shares, const Vector& rest) {
  const Eigen::Index n = shares.cols();
  Vector x = Vector::Zero(n);
  std::vector<bool> is_free(static_cast<std::size_t>(n), false);
  const double tolerance = 1e-12 * shares.norm();
  for (Eigen::Index round = 0; round < 3 * n; ++round) {
    const Vector slope = shares.transpose() * (rest - shares * x);
    Eigen::Index enters = -1;
    for (Eigen::Index j = 0; j < n; ++j) {
      if (is_free[static_cast<std::size_t>(j)] || slope(j) <= tolerance) continue;
      if (enters < 0 || slope(j) > slope(enters)) enters = j;
    }
    if (enters < 0) break;
    is_free[static_cast<std::size_t>(enters)] = true;
    for (bool feasible = false; !feasible;) {
      Matrix free_shares = shares;
      for (Eigen::Index j = 0; j < n; ++j) {
        if (!is_free[static_cast<std::size_t>(j)]) free_shares.col(j).setZero();
      }
      const Vector z = free_shares.completeOrthogonalDecomposition().solve(rest);
      double step = 1;
      feasible = true;
      for (Eigen::Index j = 0; j < n; ++j) {
        if (!is_free[static_cast<std::size_t>(j)] || z(j) > 0) continue;
        feasible = false;
        step = std::min(step, x(j) / std::max(x(j) - z(j), 1e-300));
      }
      x += step * (z - x);
      for (Eigen::Index j = 0; j < n; ++j) {
        if (!is_free[static_cast<std::size_t>(j)] || feasible || x(j) > tolerance) continue;
        is_free[static_cast<std::size_t>(j)] = false;
        x(j) = 0;
      }
    }
  }
  return x;
}

Matrix without_row(const Matrix& matrix, Eigen::Index row) {
  Matrix rest(matrix.rows() - 1, matrix.cols());
  rest << matrix.topRows(row), matrix.bottomRows(matrix.rows() - row - 1);
  return rest;
}

}  // namespace

FitResult fit(const std::vector<FitRow>& rows, const std::vector<std::string>& coefficients,
              const std::string& file) {
  const System system = system_of(rows, coefficients);
  check(system, coefficients, file);
  const Vector factors = solve(system.shares, system.rest);
  const Vector off = system.shares * factors - system.rest;
  FitResult result;
  result.factors.assign(factors.data(), factors.data() + factors.size());
  for (Eigen::Index i = 0; i < off.size(); ++i) {
    FitError error;
    error.percent = 100 * off(i);
    error.modelled_fj = rows[static_cast<std::size_t>(i)].measured_fj * (1 + off(i));
    if (off.size() > factors.size()) {
      const Vector others = solve(without_row(system.shares, i), without_row(system.rest, i));
      error.left_out_percent = 100 * (system.shares.row(i).dot(others) - system.rest(i));
    }
    result.errors.push_back(error);
  }
  return result;
}

}  // namespace mcost::analysis
