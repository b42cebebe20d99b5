"""What an approval does (审核通过): the words that were reviewed go out."""

from typing import Any


def publish_approved(workflow_state: Any, user: Any = None) -> None:
    """Publish the reviewed revision. Reviewers hold no publishing permission of their own, so that
    nobody can put words out past the review; the approval itself is the permission."""
    revision = workflow_state.current_task_state.revision
    revision.publish(user=user, skip_permission_checks=True)
