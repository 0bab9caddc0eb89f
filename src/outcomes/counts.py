"""Interrupted time series of counts: Poisson, quasi-Poisson, NB2; seasonality, offset, trend, slope, HAC.

ln E(Y) = ln(exposure) + b0 + b1 T + b2 X + b3 X (T - T0) + sum over k of (sin, cos)(2 pi k month / 12); the ratio is
exp(b2), and where the slope b3 is there, that of the first month of the intervention's clock (Bernal and others 2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike
from statsmodels.stats.diagnostic import acorr_ljungbox

from outcomes.common import Diagnostic, Estimate, Floats, NotConverged, counts, floats, from_log, lag_one, step

Family = Literal["poisson", "quasi-poisson", "nb2"]
#: Above this the variance is well over the mean: plain Poisson intervals are too narrow.
OVERDISPERSED = 1.5
#: A Ljung-Box p below this speaks of autocorrelation.
AUTOCORRELATED = 0.05


@dataclass(frozen=True)
class Terms:
    """What stands beside the step. ``months``: dummies (needs two years); ``harmonics``: pairs of sine and cosine.

    ``slope_from``: T0 of X (T - T0), counted as ``time`` counts, None for no slope.
    """

    trend: bool = True
    harmonics: int = 0
    months: bool = False
    slope_from: float | None = None

    def name(self) -> str:
        """The terms in short, for tables."""
        parts = ["step", *(["trend"] if self.trend else []), *(["months"] if self.months else [])]
        parts += [f"{self.harmonics} harmonics"] if self.harmonics else []
        return " + ".join(parts + (["slope"] if self.slope_from is not None else []))


def design_matrix(
    length: int, start: int, terms: Terms, calendar: ArrayLike | None = None, covariates: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The regressors by name, the step second. Months run 1, 2, ...; ``calendar`` gives the month of the year of each
    (without it, the first month is January)."""
    time = np.arange(1, length + 1, dtype=np.float64)
    month = time if calendar is None else floats(calendar, "calendar months", length)
    post = step(length, start)
    columns: dict[str, Floats] = {"const": np.ones(length), "step": post}
    if terms.trend:
        columns["trend"] = time
    for k in range(1, terms.harmonics + 1):
        columns[f"sin{k}"] = np.sin(2 * np.pi * k * month / 12)
        columns[f"cos{k}"] = np.cos(2 * np.pi * k * month / 12)
    if terms.months:
        of_year = (month.astype(int) - 1) % 12 + 1
        columns |= {f"month{m}": (of_year == m).astype(np.float64) for m in sorted(set(of_year))[1:]}
    if terms.slope_from is not None:
        columns["slope"] = post * (time - terms.slope_from)
    if covariates is not None:
        columns |= {f"x_{name}": floats(covariates[name], str(name), length) for name in covariates}
    return pd.DataFrame(columns)


def interrupted(
    events: ArrayLike, start: int, terms: Terms | None = None, *, family: Family = "quasi-poisson",
    exposure: ArrayLike | None = None, calendar: ArrayLike | None = None, hac_lags: int | None = None,
    covariates: pd.DataFrame | None = None,
) -> Estimate:  # fmt: skip
    """Interrupted time series of monthly ``events`` with the intervention from index ``start`` on.

    ``exposure`` is person-time or population of each month (its log is the offset). ``hac_lags`` gives Newey-West
    errors with the small-sample factor left out, as R's sandwich does with ``prewhite = FALSE, adjust = FALSE``.
    ``figures``: dispersion (Pearson), alpha (NB2), slope (ratio a month), ljung_box (p, 12 lags), lag_one.

    Raises:
        TooLittleData: a missing month, or nothing before or after.
        NotConverged: the fit has no finite errors (too many terms, or a side without events).
    """
    y = counts(events, "events")
    terms = terms or Terms()
    x = design_matrix(len(y), start, terms, calendar, covariates)
    offset = None if exposure is None else np.log(counts(exposure, "exposure", len(y)))
    if np.linalg.matrix_rank(x.to_numpy()) < x.shape[1]:
        raise NotConverged("the terms cannot be told apart in this window; leave one out or widen it")
    if not y[:start].sum() or not y[start:].sum():
        raise NotConverged("no events on one side: use the exact interval")
    fit, figures = _fit(y, x, offset, family, hac_lags)
    pearson = np.asarray(fit.resid_pearson, dtype=np.float64)
    figures |= {"dispersion": float((pearson**2).sum() / (len(y) - x.shape[1]))}
    figures |= {"ljung_box": _ljung_box(pearson), "lag_one": lag_one(pearson)}
    if terms.slope_from is not None:
        figures["slope"] = float(np.exp(fit.params["slope"]))
    method = family + (f", HAC {hac_lags} lags" if hac_lags is not None else ", normal")
    return from_log(f"ITS {family}: {terms.name()}", float(fit.params["step"]), float(fit.bse["step"]), method,
                    figures=figures, diagnostics=tuple(_diagnose(figures, family, hac_lags)))  # fmt: skip


def _fit(
    y: Floats, x: pd.DataFrame, offset: Floats | None, family: Family, hac_lags: int | None
) -> tuple[Any, dict[str, float]]:
    robust: dict[str, Any] = {}
    if hac_lags is not None:
        robust = {"cov_type": "HAC", "cov_kwds": {"maxlags": hac_lags, "use_correction": False}}
    fit = sm.GLM(y, x, family=sm.families.Poisson(), offset=offset)
    if family != "nb2":
        return fit.fit(scale="X2" if family == "quasi-poisson" and not robust else None, **robust), {}
    start = fit.fit()
    spread = float(start.pearson_chi2 / start.df_resid) - 1
    # Nelder-Mead from the moments' alpha is slow and sure; Newton ends it (alone, it steps outside alpha > 0)
    guess = np.append(np.asarray(start.params), max(spread, 0.01) / float(y.mean()))
    model = sm.NegativeBinomial(y, x, loglike_method="nb2", offset=offset)
    near = model.fit(start_params=guess, disp=False, maxiter=5000, method="nm", warn_convergence=False)
    found = model.fit(start_params=near.params, disp=False, maxiter=100, method="newton", **robust)
    if not found.mle_retvals["converged"] or not np.isfinite(found.llf) or found.params["alpha"] <= 0:
        raise NotConverged("NB2 did not converge: perhaps the counts vary no more than Poisson; use quasi-Poisson")
    return found, {"alpha": float(found.params["alpha"])}


def _ljung_box(residuals: Floats) -> float:
    """p-value of 12 lags, of fewer where the series is short; 1 where there is no series to speak of."""
    lags = min(12, len(residuals) // 5)
    if lags < 1 or np.ptp(residuals) == 0:
        return 1.0
    return float(acorr_ljungbox(residuals, lags=[lags])["lb_pvalue"].iloc[0])


def _diagnose(figures: dict[str, float], family: Family, hac_lags: int | None) -> list[Diagnostic]:
    spread, box = figures["dispersion"], figures["ljung_box"]
    narrow = family == "poisson" and hac_lags is None and spread > OVERDISPERSED
    echo = box < AUTOCORRELATED and hac_lags is None
    return [
        Diagnostic("dispersion", "warn" if narrow else "pass", spread, f"<= {OVERDISPERSED} for plain Poisson"),
        Diagnostic("autocorrelation", "warn" if echo else "pass", box, f"Ljung-Box p >= {AUTOCORRELATED}"),
    ]
