"""Structural time series: local level and seasonal with the intervention as a regressor (Harvey and Durbin 1986)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike

from outcomes.common import Diagnostic, Estimate, NotConverged, TooLittleData, counts, floats, from_log, step


def local_level(
    events: ArrayLike, start: int, *, exposure: ArrayLike | None = None, covariates: pd.DataFrame | None = None,
    seasonal: int = 12,
) -> Estimate:  # fmt: skip
    """Step in the log of a series whose level wanders; ``figures``: level and irregular variance, log_points.

    Raises:
        TooLittleData: a month is zero (the log does not exist: use a count model) or missing.
        NotConverged: the likelihood was not maximised.
    """
    y = counts(events, "events")
    if (y == 0).any():
        raise TooLittleData("a month without events has no log: the structural series needs larger counts")
    log_rate = np.log(y) - (0 if exposure is None else np.log(counts(exposure, "exposure", len(y))))
    given = {} if covariates is None else {n: floats(covariates[n], str(n), len(y)) for n in covariates}
    x = np.column_stack([step(len(y), start), *given.values()])
    season = seasonal if len(y) >= 2 * seasonal else None
    model = sm.tsa.UnobservedComponents(log_rate, "llevel", seasonal=season, stochastic_seasonal=False, exog=x)
    fit = model.fit(disp=False, maxiter=500)
    if not fit.mle_retvals["converged"]:
        raise NotConverged("local level: the likelihood was not maximised; use a count model")
    place = list(model.param_names).index("beta.x1")
    named = dict(zip(model.param_names, np.asarray(fit.params), strict=True))
    box = float(fit.test_serial_correlation("ljungbox", lags=[min(12, len(y) // 5)])[0, 1, -1])
    figures = {"log_points": float(fit.params[place]), "level_variance": float(named["sigma2.level"]),
               "irregular_variance": float(named["sigma2.irregular"])}  # fmt: skip
    checks = (Diagnostic("autocorrelation", "warn" if box < 0.05 else "pass", box, "Ljung-Box p >= 0.05"),)
    return from_log("local level", figures["log_points"], float(fit.bse[place]), "Kalman likelihood, normal",
                    figures=figures, diagnostics=checks)  # fmt: skip
