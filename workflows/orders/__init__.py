"""Orders (成员调整文件): the office's own documents that change the mechanism, several changes at once."""
