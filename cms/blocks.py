"""What the body of a news item may hold (正文): words and attached documents, nothing that loads from elsewhere."""

from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock


class Body(blocks.StreamBlock):
    paragraph = blocks.RichTextBlock(
        label="段落", features=["h2", "h3", "bold", "ol", "ul", "link", "document-link"]
    )
    attachment = DocumentChooserBlock(label="附件", template="public_site/attachment.html")

    class Meta:
        label = "正文"
