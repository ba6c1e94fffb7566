package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.h2.SealedEpochs;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Checks copies of a journal's sealed epochs without the journal itself. */
public final class EpochFiles {
  private EpochFiles() {}

  /**
   * What was found in one file, and nothing was wrong with it.
   *
   * @param journal the journal that it belongs to
   * @param epoch its number
   * @param before the chain's head that it goes on from
   * @param head the chain's head after its last record
   * @param length how much of the file counts
   * @param digest SHA-256 of that, as the next epoch has it
   */
  public record Checked(
      UUID journal,
      int epoch,
      ChainHead before,
      ChainHead head,
      long length,
      ContentDigest digest) {}

  /**
   * Checks files in this order, each by itself, and where one follows another, that it was sealed
   * as the later one says.
   *
   * @throws dev.holdfast.journal.JournalException for the first thing that is wrong
   * @throws RefusedException if anchors were given, and one of the files is of another journal
   */
  public static List<Checked> check(Disk disk, List<AbsolutePath> files, Collection<Anchor> anchors)
      throws IOException {
    List<Checked> checked =
        SealedEpochs.check(disk, files, anchors.stream().map(Anchor::head).toList()).stream()
            .map(each ->
                new Checked(
                    each.journal(),
                    each.epoch(),
                    each.before(),
                    each.head(),
                    each.length(),
                    each.digest()))
            .toList();
    for (Checked each : checked) {
      if (anchors.stream().anyMatch(anchor -> !anchor.journal().equals(each.journal()))) {
        throw new RefusedException("not all anchors are of the journal " + each.journal());
      }
    }
    return checked;
  }
}
