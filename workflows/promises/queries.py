"""Questions to this tenant's promises (承诺)."""

from workflows.promises.models import Promise


def promises() -> dict[str, Promise]:
    """This tenant's promise for each matter by its code, with its people; two queries."""
    return {
        promise.matter_code: promise
        for promise in Promise.objects.order_by("matter_code").prefetch_related("parties")
    }
