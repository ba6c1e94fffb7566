package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Quoted;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.staging.RootChanges.View;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Operations as a unified diff with git's headers. Where bytes are gone, too many or no text, one
 * line says so. What git has no header for (owners, times, attributes) has lines of the same form.
 */
final class PatchText {
  private static final long LARGEST = 1 << 20;
  private static final String NOWHERE = "/dev/null";

  private final Contents contents;
  private final List<String> lines = new ArrayList<>();
  private boolean severalRoots;

  private PatchText(Contents contents) {
    this.contents = contents;
  }

  /** Where the bytes before and after an operation are had from. */
  interface Contents {
    /** Returns those of a regular file before. */
    Side before(FileOperation operation, Facts facts) throws IOException;

    /** Returns those of a regular file after. */
    Side after(FileOperation operation, Facts facts) throws IOException;
  }

  /** Returns the patch of a plan's operations, its roots at these paths. */
  static List<String> of(
      List<FileOperation> operations, List<AbsolutePath> roots, Contents contents)
      throws IOException {
    PatchText text = new PatchText(contents);
    text.severalRoots =
        new TreeSet<>(operations.stream().map(FileOperation::root).toList()).size() > 1;
    List<FileOperation> sorted = new ArrayList<>(operations);
    sorted.sort(Comparator.comparingInt(FileOperation::root).thenComparing(FileOperation::path));
    for (FileOperation operation : sorted) {
      text.add(roots.get(operation.root()), operation);
    }
    return List.copyOf(text.lines);
  }

  /** Returns the patch of what is staged: before is what is live, after what is staged. */
  static List<String> ofStaged(
      List<FileOperation> operations, List<AbsolutePath> roots, List<RootChanges> changes)
      throws IOException {
    return of(
        operations,
        roots,
        new Contents() {
          @Override
          public Side before(FileOperation operation, Facts facts) throws IOException {
            Place place = changes.get(operation.root()).tree().place(operation.path());
            try (DiskFile file = place.directory().openToRead(place.name())) {
              return PatchText.of(RecordedContents.read(file));
            }
          }

          @Override
          public Side after(FileOperation operation, Facts facts) throws IOException {
            RootChanges own = changes.get(operation.root());
            if (!(own.view(operation.path()) instanceof View.Own(var staged))) {
              return not("it is not staged");
            }
            Place place = own.area().place(staged);
            try (DiskFile file = place.directory().openToRead(place.name())) {
              return PatchText.of(RecordedContents.read(file));
            }
          }
        });
  }

  // ---- operations ------------------------------------------------------------------------------

  private void add(AbsolutePath root, FileOperation operation) throws IOException {
    switch (operation) {
      case Create create -> {
        head(root, create.path(), create.path());
        added(root, create, create.after());
      }
      case Delete delete -> {
        head(root, delete.path(), delete.path());
        removed(root, delete, delete.before());
      }
      case Replace replace when replace.before().type() != replace.after().type() -> {
        head(root, replace.path(), replace.path());
        removed(root, replace, replace.before());
        head(root, replace.path(), replace.path());
        added(root, replace, replace.after());
      }
      case Replace replace -> {
        head(root, replace.path(), replace.path());
        metadata(replace.before(), replace.after(), false);
        changed(root, replace);
      }
      case Move move -> {
        head(root, move.path(), move.to());
        lines.add("similarity index 100%");
        lines.add("rename from " + name("", root, move.path()));
        lines.add("rename to " + name("", root, move.to()));
      }
      case SetAttributes change -> {
        head(root, change.path(), change.path());
        metadata(change.before(), change.after(), true);
      }
    }
  }

  private void head(AbsolutePath root, RelativePath before, RelativePath after) {
    lines.add("diff --git " + name("a/", root, before) + " " + name("b/", root, after));
  }

  /** Returns a path as git writes it: below the root, or absolute where there are several. */
  private String name(String prefix, AbsolutePath root, RelativePath path) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(prefix.getBytes(StandardCharsets.US_ASCII));
    byte[] whole = severalRoots ? root.resolve(path).belowRoot().bytes() : path.bytes();
    bytes.writeBytes(whole.length == 0 ? new byte[] {'.'} : whole);
    return Quoted.of(bytes.toByteArray());
  }

  private void added(AbsolutePath root, FileOperation operation, Facts after) throws IOException {
    lines.add("new file mode " + mode(after));
    if (after.hardlink() != null) {
      lines.add("hard link to " + name("", root, after.hardlink()));
      return;
    }
    if (hasText(after)) {
      diff(NOWHERE, name("b/", root, operation.path()), Side.NOTHING, after(operation, after));
    }
  }

  private void removed(AbsolutePath root, FileOperation operation, Facts before)
      throws IOException {
    lines.add("deleted file mode " + mode(before));
    if (hasText(before)) {
      diff(name("a/", root, operation.path()), NOWHERE, before(operation, before), Side.NOTHING);
    }
  }

  private void changed(AbsolutePath root, Replace replace) throws IOException {
    if (hasText(replace.after())) {
      diff(
          name("a/", root, replace.path()),
          name("b/", root, replace.path()),
          before(replace, replace.before()),
          after(replace, replace.after()));
    }
  }

  private static boolean hasText(Facts facts) {
    return facts.type() == FileType.FILE || facts.type() == FileType.SYMLINK;
  }

  // ---- metadata --------------------------------------------------------------------------------

  private static String mode(Facts facts) {
    int type =
        switch (facts.type()) {
          case FILE -> 0100000;
          case DIRECTORY -> 040000;
          case SYMLINK -> 0120000;
          case FIFO -> 010000;
          case CHARACTER_DEVICE -> 020000;
          case BLOCK_DEVICE -> 060000;
          case SOCKET -> 0140000;
        };
    return "%06o".formatted(type | facts.mode());
  }

  private void metadata(Facts before, Facts after, boolean times) {
    change("mode", mode(before), mode(after));
    change("owner", before.uid() + ":" + before.gid(), after.uid() + ":" + after.gid());
    if (times) {
      change("mtime", before.modified().toString(), after.modified().toString());
    }
    TreeSet<String> names = new TreeSet<>(before.extendedAttributes().keySet());
    names.addAll(after.extendedAttributes().keySet());
    for (String name : names) {
      String label = "attribute " + Quoted.of(name.getBytes(StandardCharsets.UTF_8)) + " =";
      change(label, before.extendedAttributes().get(name), after.extendedAttributes().get(name));
    }
  }

  private void change(String what, @Nullable Object before, @Nullable Object after) {
    if (Objects.equals(before, after)) {
      return;
    }
    if (before != null) {
      lines.add("old " + what + " " + before);
    }
    if (after != null) {
      lines.add("new " + what + " " + after);
    }
  }

  // ---- contents --------------------------------------------------------------------------------

  /**
   * One side of a difference.
   *
   * @param bytes the contents; null if they cannot be shown
   * @param why why not; null if they can
   */
  record Side(@Nullable ByteString bytes, @Nullable String why) {
    static final Side NOTHING = of(new byte[0]);
  }

  static Side of(byte[] bytes) {
    return new Side(ByteString.of(bytes), null);
  }

  static Side not(String why) {
    return new Side(null, why);
  }

  private static @Nullable Side known(Facts facts) {
    ByteString link = facts.link();
    if (link != null) {
      return of(link.bytes());
    }
    return facts.size() > LARGEST ? not("larger than 1 MiB") : null;
  }

  private Side before(FileOperation operation, Facts facts) throws IOException {
    Side known = known(facts);
    return known == null ? contents.before(operation, facts) : known;
  }

  private Side after(FileOperation operation, Facts facts) throws IOException {
    Side known = known(facts);
    return known == null ? contents.after(operation, facts) : known;
  }

  private void diff(String oldName, String newName, Side before, Side after) {
    ByteString old = before.bytes();
    ByteString fresh = after.bytes();
    if (old == null || fresh == null) {
      lines.add("(not shown: " + (old == null ? before.why() : after.why()) + ")");
      return;
    }
    Optional<List<String>> oldLines = TextDiff.lines(old.bytes());
    Optional<List<String>> newLines = TextDiff.lines(fresh.bytes());
    if (oldLines.isEmpty() || newLines.isEmpty()) {
      lines.add("Binary files " + oldName + " and " + newName + " differ");
      return;
    }
    lines.addAll(TextDiff.of(oldName, newName, oldLines.get(), newLines.get()));
  }
}
