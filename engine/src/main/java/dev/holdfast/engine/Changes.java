package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Change.Kind;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Operations as the changes that people read. */
public final class Changes {
  private Changes() {}

  /** Returns one change for each operation, sorted by root and path. */
  public static List<Change> of(List<FileOperation> operations, List<AbsolutePath> roots) {
    return operations.stream()
        .map(operation -> of(operation, roots.get(operation.root())))
        .sorted(Comparator.comparing(Change::root).thenComparing(Change::path))
        .toList();
  }

  /** Returns an operation as a change. */
  public static Change of(FileOperation operation, AbsolutePath root) {
    return switch (operation) {
      case Create create -> new Change(Kind.ADDED, root, create.path(), null);
      case Delete delete -> new Change(Kind.DELETED, root, delete.path(), null);
      case Move move -> new Change(Kind.RENAMED, root, move.path(), move.to());
      case SetAttributes change -> new Change(Kind.METADATA, root, change.path(), null);
      case Replace replace ->
          new Change(kind(replace.before(), replace.after()), root, replace.path(), null);
    };
  }

  private static Kind kind(Facts before, Facts after) {
    if (before.type() != after.type()) {
      return Kind.TYPE;
    }
    boolean same =
        before.knownDigest().isPresent()
            && before.digest() != null
            && Objects.equals(before.digest(), after.digest());
    return same ? Kind.METADATA : Kind.MODIFIED;
  }
}
