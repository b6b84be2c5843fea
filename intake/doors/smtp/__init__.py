"""The SMTP door: mail straight from other mail servers, or from the border in front of us; and LMTP, from our own."""

from intake.doors.smtp.door import SmtpDoor

__all__ = ["SmtpDoor"]
