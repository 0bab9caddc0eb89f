"""Sending what is due through Airflow's SMTP connection."""

from __future__ import annotations

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException

#: The connection of Airflow's SMTP provider; its extra holds ``from_email``.
SMTP = "smtp_default"


class SendMails(BaseOperator):
    """Mail receipts and reminders to the mailboxes that feed files name (``notify``); skipped without a connection."""

    ui_color = "#f0e6d2"

    def execute(self, context: Context) -> int:
        """Returns how many mails were sent."""
        from airflow.providers.smtp.hooks.smtp import SmtpHook
        from airflow.sdk import Connection
        from airflow.sdk.exceptions import AirflowNotFoundException

        from ingest.mailing import Mail, due, send_due
        from settings import load_settings

        settings = load_settings()
        if not due(settings):
            return 0
        try:
            Connection.get(SMTP)
        except AirflowNotFoundException:
            raise AirflowSkipException(f"Mails are due, but Airflow has no connection {SMTP!r}.") from None
        with SmtpHook(smtp_conn_id=SMTP) as hook:

            def send(mail: Mail) -> None:
                hook.send_email_smtp(to=list(mail.to), subject=mail.subject, html_content=mail.html)

            return send_due(settings, send)
