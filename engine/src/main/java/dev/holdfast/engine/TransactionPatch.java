package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Quoted;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A past transaction as a unified diff with git's headers, from the before-images and from what is
 * still there of the contents that it left. Where bytes are gone, too many or no text, one line
 * says so. What git has no header for (owners, times, attributes) has lines of the same form.
 */
final class TransactionPatch {
  private static final long LARGEST = 1 << 20;
  private static final String NOWHERE = "/dev/null";

  private final Engine engine;
  private final long sequence;
  private final List<String> lines = new ArrayList<>();
  private final Map<Integer, BeforeImages> images = new HashMap<>();
  private final Map<Integer, RecordedContents> contents = new HashMap<>();
  private boolean pruned;
  private boolean severalRoots;

  TransactionPatch(Engine engine, long sequence) {
    this.engine = engine;
    this.sequence = sequence;
  }

  List<String> lines() throws IOException {
    try (JournalView view = engine.journal().read()) {
      TransactionRecord record =
          view.find(sequence)
              .orElseThrow(() -> new RefusedException("there is no transaction " + sequence));
      Plan plan = view.plan(sequence).orElse(null);
      if (plan == null) {
        return List.of();
      }
      pruned = record.pruned();
      for (FileOperation operation : plan.operations()) {
        open(view, plan, operation.root());
      }
      severalRoots =
          new TreeSet<>(plan.operations().stream().map(FileOperation::root).toList()).size() > 1;
      List<FileOperation> sorted = new ArrayList<>(plan.operations());
      sorted.sort(Comparator.comparingInt(FileOperation::root).thenComparing(FileOperation::path));
      for (FileOperation operation : sorted) {
        add(plan.roots().get(operation.root()).path(), operation);
      }
      return List.copyOf(lines);
    } finally {
      images.values().forEach(BeforeImages::close);
      contents.values().forEach(RecordedContents::close);
    }
  }

  /** A root that is gone has no bytes to show, but its changes are on record all the same. */
  private void open(JournalView view, Plan plan, int root) throws IOException {
    if (contents.containsKey(root)) {
      return;
    }
    AbsolutePath path = plan.roots().get(root).path();
    AbsolutePath place = engine.registry().control(path).orElse(plan.roots().get(root).control());
    ControlDirectory control =
        ControlDirectory.open(engine.environment().disk(), place).orElse(null);
    if (control == null) {
      return;
    }
    LiveTree tree;
    try {
      tree = LiveTree.open(engine.environment().disk(), path);
    } catch (DiskException e) {
      control.close();
      throw e;
    }
    contents.put(root, new RecordedContents(view, control, tree, sequence));
    images.put(root, new BeforeImages(control, plan));
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
  private record Side(@Nullable ByteString bytes, @Nullable String why) {
    private static final Side NOTHING = of(new byte[0]);
  }

  private static Side of(byte[] bytes) {
    return new Side(ByteString.of(bytes), null);
  }

  private static Side not(String why) {
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
    if (known != null) {
      return known;
    }
    BeforeImages held = images.get(operation.root());
    if (held == null) {
      return not("the root is not there");
    }
    Optional<Stat> stat = held.stat(operation);
    if (stat.isEmpty()) {
      return not(pruned ? "its before-image was freed" : "its before-image is gone");
    }
    String problem = held.problem(operation);
    if (problem != null) {
      return not(problem);
    }
    try (DiskFile image = held.open(operation)) {
      byte[] bytes = RecordedContents.read(image);
      ContentDigest digest = facts.digest();
      return digest == null || ContentDigest.of(ContentCopier.sha256().digest(bytes)).equals(digest)
          ? of(bytes)
          : not("its before-image was written to afterwards");
    }
  }

  private Side after(FileOperation operation, Facts facts) throws IOException {
    Side known = known(facts);
    if (known != null) {
      return known;
    }
    RecordedContents search = contents.get(operation.root());
    ContentDigest digest = facts.digest();
    if (search == null || digest == null) {
      return not("what it left is not known");
    }
    return search
        .find(operation.path(), facts.size(), digest)
        .map(TransactionPatch::of)
        .orElse(not("what it left has changed since, and is kept nowhere"));
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
