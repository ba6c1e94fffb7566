package dev.holdfast.engine;

import dev.holdfast.journal.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a directory is made equal to a source.
 *
 * @param transaction the transaction's options
 * @param dryRun whether to find the changes only
 * @param checksum whether to compare all bytes, whatever size and time say
 * @param excludes rsync's patterns: matching paths are neither copied nor deleted
 * @param keepExtra whether entries that the source does not have are kept
 * @param times whether times are taken from the source
 * @param owner owner and group for everything, or null for the source's
 * @param strip leading components to drop from an archive's names
 */
public record ApplyOptions(
    Options transaction,
    boolean dryRun,
    boolean checksum,
    List<ByteString> excludes,
    boolean keepExtra,
    boolean times,
    @Nullable Owner owner,
    int strip) {

  /** A user and a group by number; -1 leaves one as in the source. */
  public record Owner(int uid, int gid) {}

  /** Copies the list. */
  public ApplyOptions {
    excludes = List.copyOf(excludes);
  }

  /** Returns the defaults: everything is made equal. */
  public static ApplyOptions of(Options transaction) {
    return new ApplyOptions(transaction, false, false, List.of(), false, true, null, 0);
  }
}
