"""What a paper is refused for (公文不能排印)."""

from kernel.refusal import Refused


class PaperRefused(Refused):
    """The paper can't be set as it is written; the text names what stands in the way."""
