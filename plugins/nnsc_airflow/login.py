"""Who asks: whoever is logged in to Airflow, by its own token."""

from __future__ import annotations

from typing import Any


async def logged_in(request: Any) -> Any:
    """The user of a request; raises HTTPException 401 or 403 for whoever is not logged in."""
    from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
    from airflow.api_fastapi.core_api.security import resolve_user_from_token

    kind, _, token = request.headers.get("authorization", "").partition(" ")
    given = token if kind.lower() == "bearer" else request.cookies.get(COOKIE_NAME_JWT_TOKEN)
    return await resolve_user_from_token(given)


async def may_run(user: Any, dag_id: str) -> bool:
    """Whether a user may trigger a DAG (Airflow's permission for it, or the role *user* and above)."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(
        get_auth_manager().is_authorized_dag,
        method="POST", access_entity=DagAccessEntity.RUN, details=DagDetails(id=dag_id), user=user,
    )  # fmt: skip
