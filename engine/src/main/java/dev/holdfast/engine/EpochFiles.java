package dev.holdfast.engine;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.h2.SealedEpochs;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

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
   * @param anchors what {@link Audit#anchor} returned at any time; those of other journals do not
   *     count
   * @throws dev.holdfast.journal.JournalException for the first thing that is wrong
   * @throws RefusedException if anchors were given, and none of them is of a journal of these
   *     files, or one is of a record after the last that these files have: whether what lies
   *     between is whole, the files can't tell
   */
  public static List<Checked> check(Disk disk, List<AbsolutePath> files, Collection<Anchor> anchors)
      throws IOException {
    Map<UUID, List<ChainHead>> heads =
        anchors.stream()
            .collect(groupingBy(Anchor::journal, mapping(Anchor::head, Collectors.toList())));
    List<Checked> checked =
        SealedEpochs.check(disk, files, heads).stream()
            .map(each ->
                new Checked(
                    each.journal(),
                    each.epoch(),
                    each.before(),
                    each.head(),
                    each.length(),
                    each.digest()))
            .toList();
    Map<UUID, Long> last = new HashMap<>();
    checked.forEach(each -> last.merge(each.journal(), each.head().records(), Math::max));
    if (!anchors.isEmpty() && Collections.disjoint(heads.keySet(), last.keySet())) {
      throw new RefusedException(
          "none of the anchors is of the journal of these files, " + last.keySet());
    }
    for (Anchor anchor : anchors) {
      Long covered = last.get(anchor.journal());
      if (covered != null && anchor.head().records() > covered) {
        throw new RefusedException(
            ("what these files have is whole, but the anchor at record %d of the journal %s is not"
                    + " covered by them: they end with record %d")
                .formatted(anchor.head().records(), anchor.journal(), covered));
      }
    }
    return checked;
  }
}
