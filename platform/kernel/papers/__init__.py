"""Papers (公文与附件): what an office writes, as data first and then as PDF and .docx, and files it keeps."""
