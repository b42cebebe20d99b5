"""What a session remembers of the identity it was begun by."""

from django.contrib.auth import logout
from django.http import HttpRequest

from kernel.accounts.models import Identity

#: Keys of the session: the identity's number, and the provider's proof, for signing out there.
IDENTITY, PROOF = "identity", "identity_token"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def end_if_unlinked(request: HttpRequest) -> None:
    """Sign out whoever came in by an identity that has been unlinked since."""
    identity = request.session.get(IDENTITY)
    if identity and not Identity.objects.filter(pk=identity).exists():
        logout(request)
