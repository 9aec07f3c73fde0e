"""Extensions: orders on due dates of a round that was opened."""
