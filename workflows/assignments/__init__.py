"""Assignment sheets (任务交办单): what a department has to do by when, until it is written off on evidence."""
