package dev.holdfast.journal;

/**
 * What was found when the whole journal was walked, and nothing was wrong with it.
 *
 * @param head the head after the last record
 * @param epochs how many files there are
 * @param transactions how many transactions
 * @param tornBytes how many bytes follow the last whole record: what a crash leaves of a write that
 *     it cut, or what is left of records that were changed and that no later one knows to have been
 *     durable
 */
public record ChainReport(ChainHead head, int epochs, long transactions, long tornBytes) {}
