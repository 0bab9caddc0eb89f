"""Receipts and reminders by e-mail, every ten minutes, to the mailboxes that feed files name."""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable

from nnsc_airflow.mail_tasks import SendMails
from nnsc_airflow.names import RETRIES, SHORT_TIMEOUT

DOC = """### Receipts and reminders
Mails the receipt of every judged delivery and a reminder of every overdue one to the mailboxes in the feed file
(`notify: [...]`), each once. It needs Airflow's connection `smtp_default` (type *smtp*; `from_email` in its extra);
without one, due mails are skipped and stay due. Values of records are never mailed: they stay in the outbox.
"""

with DAG(
    "mail",
    description="Receipts and reminders of overdue deliveries by e-mail",
    doc_md=DOC,
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["mail"],
    default_args={"owner": "data-stewards", **RETRIES, "execution_timeout": SHORT_TIMEOUT},
) as dag:
    SendMails(task_id="send", doc_md="Each mail is noted when it was sent: a retry sends none twice.")
