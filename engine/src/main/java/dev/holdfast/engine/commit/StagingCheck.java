package dev.holdfast.engine.commit;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Replace;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks that what is still staged is what the plan says, by size and hash. A defence against disks
 * that lie about flushing only: a hash read through the page cache proves nothing about the disk,
 * and no direction is chosen by it alone (I4).
 */
final class StagingCheck {
  private final ContentCopier copier = new ContentCopier();

  /**
   * Returns what is wrong with the entry that a not executed {@code operation} would install; null
   * if nothing.
   */
  @Nullable String problem(TransactionFolder folder, FileOperation operation) throws IOException {
    return switch (operation) {
      case Create create ->
          problem(folder, create.slot(), create.within(), create.staged(), create.after());
      case Replace replace ->
          problem(folder, replace.slot(), RelativePath.EMPTY, replace.staged(), replace.after());
      case FileOperation.Delete _, FileOperation.Move _, FileOperation.SetAttributes _ -> null;
    };
  }

  private @Nullable String problem(
      TransactionFolder folder, int slot, RelativePath within, FileIdentity staged, Facts facts)
      throws IOException {
    EntryName slotName = TransactionFolder.slotName(slot);
    try (Directory holder =
        within.isEmpty()
            ? folder.fresh().directory(RelativePath.EMPTY)
            : folder.fresh().directory(RelativePath.of(slotName).resolve(within.parent()))) {
      EntryName name = within.isEmpty() ? slotName : within.name();
      Optional<Stat> stat = holder.stat(name);
      if (stat.isEmpty()) {
        return "staged entry " + slot + " is missing";
      }
      if (!staged.is(stat.get()) || stat.get().type() != facts.type()) {
        return "staged entry " + slot + " is another one";
      }
      ContentDigest digest = facts.digest();
      if (!stat.get().isFile() || digest == null) {
        return null;
      }
      if (stat.get().size() != facts.size()) {
        return "staged entry " + slot + " has another size";
      }
      try (DiskFile file = holder.openToRead(name)) {
        return copier.hash(file, ContentCopier.Progress.NONE).digest().equals(digest)
            ? null
            : "staged entry " + slot + " has other contents";
      }
    } catch (DiskException e) {
      return switch (e.error()) {
        case NOT_FOUND, NOT_DIRECTORY, IO -> "staged entry " + slot + ": " + e.getMessage();
        default -> throw e;
      };
    }
  }
}
