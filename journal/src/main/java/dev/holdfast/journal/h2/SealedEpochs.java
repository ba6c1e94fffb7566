package dev.holdfast.journal.h2;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.PlanCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Checks epochs' files that were copied away, without the journal that they belong to: each by
 * itself, and where one follows another, that it was sealed as the later one says.
 */
public final class SealedEpochs {
  private SealedEpochs() {}

  /**
   * What was found in one file, and nothing was wrong with it.
   *
   * @param journal the journal that it belongs to
   * @param epoch its number
   * @param before the chain's head that it goes on from
   * @param head the chain's head after its last record
   * @param length how much of the file counts
   * @param digest SHA-256 of that; the next epoch says the same
   */
  public record Checked(
      UUID journal,
      int epoch,
      ChainHead before,
      ChainHead head,
      long length,
      ContentDigest digest) {}

  /**
   * Checks files in this order.
   *
   * @param anchors heads that were kept elsewhere, by journal; those of records in these files have
   *     to agree
   * @throws JournalException for the first thing that is wrong
   */
  public static List<Checked> check(
      Disk disk, List<AbsolutePath> files, Map<UUID, List<ChainHead>> anchors) throws IOException {
    List<Checked> checked = new ArrayList<>();
    for (AbsolutePath path : files) {
      Directory directory = disk.openDirectory(path.parent());
      try (directory;
          var store =
              EpochStore.open(
                  EpochFile.open(directory.openToRead(path.name()), path.toString()), false)) {
        Checked before = checked.isEmpty() ? null : checked.getLast();
        if (before != null && before.epoch() + 1 == store.epoch().epoch()) {
          requireSealed(store, before);
        }
        checked.add(check(store, anchors.getOrDefault(store.epoch().journal(), List.of())));
      }
    }
    return checked;
  }

  private static void requireSealed(EpochStore store, Checked before) throws IOException {
    JournalRecord.Sealed sealed = store.epoch().before();
    if (sealed == null
        || !store.epoch().journal().equals(before.journal())
        || sealed.length() != before.length()
        || !sealed.digest().equals(before.digest())
        || !sealed.head().equals(before.head())) {
      throw damaged(store, "epoch " + before.epoch() + " is not as it was sealed");
    }
  }

  private static Checked check(EpochStore store, List<ChainHead> anchors) throws IOException {
    JournalRecord.Sealed sealed = store.epoch().before();
    ChainHead before = sealed == null ? Chain.EMPTY : sealed.head();
    if (store.firstNumber() != before.records() + 1) {
      throw damaged(store, "it does not begin after record " + before.records());
    }
    for (ChainHead anchor : anchors) {
      if (anchor.records() == before.records() && !anchor.equals(before)) {
        throw damaged(store, "it does not go on from the record anchored");
      }
    }
    for (long number = store.firstNumber(); number <= store.lastNumber(); number++) {
      store.record(number); // which checks its place in the chain
      if (store.original(number) instanceof JournalRecord.Decided decided) {
        byte[] plan = store.plan(number).orElse(null);
        if (plan == null || !PlanCodec.digest(plan).equals(decided.planDigest())) {
          throw damaged(store, "the plan of record " + number + " was changed");
        }
      }
      ContentDigest hash = ContentDigest.of(store.headAt(number));
      for (ChainHead anchor : anchors) {
        if (anchor.records() == number && !anchor.digest().equals(hash)) {
          throw damaged(store, "record " + number + " or one before it is not the one anchored");
        }
      }
    }
    return new Checked(
        store.epoch().journal(),
        store.epoch().epoch(),
        before,
        store.head(),
        store.file().length(),
        H2Journal.digest(store.file()));
  }

  private static JournalException damaged(EpochStore store, String problem) {
    return new JournalException(
        Reason.DAMAGED, "journal " + store.file().name() + " is damaged: " + problem);
  }
}
