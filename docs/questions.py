"""A marimo page with questions that analysts ask: ``.venv/bin/marimo edit docs/questions.py`` (NNSC_HOME as usual)."""

import marimo

app = marimo.App(width="medium", app_title="Questions to the publication")


@app.cell
def _():
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo

    home = Path(os.environ.get("NNSC_HOME", "var"))
    published = Path(os.environ.get("NNSC_PUBLISHED", home / "published")) / "warehouse.duckdb"
    db = duckdb.connect(str(published), read_only=True)
    return db, mo


@app.cell
def _(mo):
    mo.md("# Is gun violence falling, and whom does it reach?")


@app.cell
def _(db, mo):
    by_year = db.sql("""
        select jurisdiction_id, year(month) as year, sum(incidents) as incidents, sum(victims) as victims,
            sum(fatal_victims) as killed, round(100.0 * sum(fatal_victims) / sum(victims), 1) as percent_killed
        from marts.mart_gvi__shootings_by_area_month
        group by all order by all
    """).df()
    mo.vstack([mo.md("**How many people are shot each year, and how many of them die?**"), mo.ui.table(by_year)])
    return (by_year,)


@app.cell
def _(db, mo):
    rates = db.sql("""
        select jurisdiction_id, year, victims, population, round(victims_per_100k, 1) as per_100_000, is_unstable
        from marts.mart_gvi__shooting_rate_by_year
        order by year desc, per_100_000 desc nulls last, jurisdiction_id
    """).df()
    mo.vstack(
        [
            mo.md(
                "**How do places compare once their size is taken into account?** A year that is "
                "not known to its end has no rate."
            ),
            mo.ui.table(rates),
        ]
    )
    return (rates,)


@app.cell
def _(db, mo):
    concentration = db.sql("""
        with areas as (
            select jurisdiction_id, area_id, sum(victims) as victims
            from marts.mart_gvi__shootings_by_area_month group by all
        ),
        ranked as (
            select *, row_number() over (partition by jurisdiction_id order by victims desc, area_id) as place,
                count(*) over (partition by jurisdiction_id) as areas,
                sum(victims) over (partition by jurisdiction_id) as all_victims
            from areas
        )
        select jurisdiction_id, any_value(areas) as areas,
            round(100.0 * sum(victims) filter (place <= greatest(1, areas // 5)) / any_value(all_victims), 1)
            as percent_in_the_top_fifth
        from ranked group by all order by all
    """).df()
    mo.vstack(
        [
            mo.md("**How concentrated is it?** Share of all victims in the fifth of the areas with the most."),
            mo.ui.table(concentration),
        ]
    )
    return (concentration,)


@app.cell
def _(db, mo):
    late = db.sql("""
        select jurisdiction_id, count(*) as versions,
            count(*) filter (known_to is null) as current,
            count(*) filter (known_to is not null) as corrected_or_withdrawn,
            round(median(date_diff('day', occurred_at, known_from)), 0) as days_until_first_known
        from core.fct_shooting_victim_history
        group by all order by all
    """).df()
    mo.vstack(
        [
            mo.md("**How long until we know, and how much is corrected later?** Read the last months with care."),
            mo.ui.table(late),
        ]
    )
    return (late,)


@app.cell
def _(db, mo):
    prison = db.sql("""
        select jurisdiction_id, month, incidents, round(adp, 1) as average_daily_population,
            round(incidents_per_100_adp_monthly, 2) as per_100, rate_note
        from marts.mart_pvi__rate
        where level = 'system' and class_code = 'all'
        order by jurisdiction_id, month
    """).df()
    mo.vstack(
        [
            mo.md("**How much violence is there in prison?** Where a rate is missing, the note says why."),
            mo.ui.table(prison),
        ]
    )
    return (prison,)


if __name__ == "__main__":
    app.run()
