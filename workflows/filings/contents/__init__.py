"""The kinds of filings (报备种类), one object each, in the order pages show them."""

from tenants.registry.models import FilingKind
from workflows.filings.contents.annual_list import AnnualListContent
from workflows.filings.contents.base import Content
from workflows.filings.contents.half_month import HalfMonthContent
from workflows.filings.contents.measure import MeasureContent
from workflows.filings.contents.mechanism import MechanismContent
from workflows.filings.contents.summary import SummaryContent

CONTENTS: dict[str, Content] = {
    content.kind.value: content
    for content in (
        MechanismContent(),
        AnnualListContent(),
        HalfMonthContent(),
        MeasureContent(),
        SummaryContent(),
    )
}
#: Filed by the office with the city; a measure is filed by its department with its own office.
OF_THE_OFFICE = tuple(kind for kind in CONTENTS if kind != FilingKind.MEASURE)
