package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.engine.source.Sources;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.engine.source.Untouchable;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.tree.AttributeWriter;
import dev.holdfast.engine.tree.FactsReader;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.ByteString;
import dev.holdfast.process.Processes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Runs a command that is told to work on a copy of the root, by the variable {@code HOLDFAST_ROOT};
 * then makes the root equal to the copy. For machines without overlays. What the command does at
 * the root's own path is its own affair.
 */
final class WrappedCopy {
  private static final EntryName COPY = EntryName.of("copy");
  private static final String VARIABLE = "HOLDFAST_ROOT=";

  /** Everything but our own name, in one call, so that names of one file stay that. */
  private static final String SCRIPT =
      "set -- ; for f in ./* ./.[!.]* ./..?*; do case $f in ./.holdfast) continue;; esac;"
          + " if [ -e \"$f\" ] || [ -L \"$f\" ]; then set -- \"$@\" \"$f\"; fi; done;"
          + " [ $# = 0 ] || cp -a --reflink=auto -- \"$@\" \"$to\"";

  private final Holdfast holdfast;
  private final TransactionContext context;
  private final Root root;
  private final RunOptions options;
  private final Processes processes;
  private final LeftBehind left;
  private final AbsolutePath copy;
  private final Map<RelativePath, Looked> copied = new HashMap<>();

  WrappedCopy(
      Holdfast holdfast,
      TransactionContext context,
      List<Root> roots,
      RunOptions options,
      Processes processes,
      WrapListener listener)
      throws IOException {
    if (roots.size() != 1) {
      throw new RefusedException("--isolate copy takes one root; name a directory around them");
    }
    if (options.confine()) {
      throw new RefusedException("--confine needs a namespace, which --isolate copy does without");
    }
    this.holdfast = holdfast;
    this.context = context;
    this.root = roots.getFirst();
    this.options = options;
    this.processes = processes;
    this.left = new LeftBehind(holdfast.engine(), processes, options.childrenWait(), listener);
    this.copy =
        context
            .control(root)
            .path()
            .resolve(RelativePath.of("tx/" + context.folder(root).id().text() + "/layers/copy"));
  }

  int run() throws IOException {
    makeCopy();
    processes.adoptOrphans();
    List<byte[]> words = new ArrayList<>();
    for (String word : List.of(tool("setpriv"), "--pdeathsig", "KILL", "--")) {
      words.add(word.getBytes(StandardCharsets.UTF_8));
    }
    options.command().stream().map(ByteString::bytes).forEach(words::add);
    ByteArrayOutputStream variable = new ByteArrayOutputStream();
    variable.writeBytes(VARIABLE.getBytes(StandardCharsets.US_ASCII));
    variable.writeBytes(copy.bytes());
    int exit;
    try (Processes.Relay relay = processes.relay()) {
      holdfast.engine().checkCancelled(); // what came before the relay
      Processes.Child child = processes.start(words, List.of(variable.toByteArray()));
      relay.to(child);
      exit = child.await();
    }
    if (exit != 0) {
      left.end(List.of());
      return exit;
    }
    left.await(List.of());
    return exit;
  }

  private String tool(String name) throws RefusedException {
    return processes
        .find(name)
        .orElseThrow(() -> new RefusedException("the program " + name + " is not here"));
  }

  /** What was at a path when the copy was made, as far as it takes to see that it changed. */
  private record Looked(long inode, Instant changed) {
    static Looked at(Stat stat) {
      return new Looked(stat.inode(), stat.changed());
    }
  }

  private void lookAround() throws IOException {
    LiveTree tree = context.look(root).tree();
    Deque<RelativePath> open = new ArrayDeque<>(List.of(RelativePath.EMPTY));
    copied.put(RelativePath.EMPTY, Looked.at(tree.directory(RelativePath.EMPTY).stat()));
    while (!open.isEmpty()) {
      holdfast.engine().checkCancelled();
      RelativePath path = open.pop();
      Directory directory = tree.directory(path);
      for (EntryName name : directory.list()) {
        Stat stat = directory.stat(name).orElse(null);
        if (stat == null || name.equals(Untouchable.CONTROL)) {
          continue;
        }
        copied.put(path.resolve(name), Looked.at(stat));
        if (stat.isDirectory()) {
          open.push(path.resolve(name));
        }
      }
    }
    tree.forget(RelativePath.EMPTY); // afterwards, what is there under these names then counts
  }

  private void makeCopy() throws IOException {
    lookAround(); // before: what changes from here on may be in the copy or not
    try (Directory layers = context.folder(root).layers()) {
      layers.makeDirectory(COPY, 0700);
      try (Processes.Shell shell = processes.shell(List.of())) {
        Processes.Shell.Result result =
            shell.run(
                concat(
                    "cd ",
                    quoted(root.path()),
                    " && to=",
                    quoted(copy),
                    " && { " + SCRIPT + "; }"));
        if (!result.isDone()) {
          throw new RolledBackException(
              "cannot copy " + root + ": " + result.reason() + "; nothing was changed");
        }
      }
      try (Directory made = layers.directory(COPY)) {
        AttributeWriter.dress(
            made, FactsReader.read(context.look(root).tree().directory(RelativePath.EMPTY)));
      }
    }
  }

  private static byte[] quoted(AbsolutePath path) {
    String text = new String(path.bytes(), StandardCharsets.ISO_8859_1);
    return ("'" + text.replace("'", "'\\''") + "'").getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] concat(Object... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object part : parts) {
      bytes.writeBytes(
          part instanceof byte[] raw ? raw : part.toString().getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.toByteArray();
  }

  /** Stages what differs between the copy and the root, which nobody else may have changed. */
  List<String> stage(Transaction transaction) throws IOException {
    Disk disk = holdfast.engine().environment().disk();
    Instant now = holdfast.engine().environment().clock().instant();
    List<String> notes;
    try (TreeSource source =
        Sources.open(disk, copy, Sources.options(disk, root.path(), List.of(), 0, now))) {
      notes =
          new ArrayList<>(
              new TreeUpdate(
                      holdfast,
                      source,
                      new ApplyOptions(
                          options.transaction(), false, true, List.of(), false, true, null, 0),
                      Progress.NONE)
                  .stageIn(transaction, root));
    }
    requireUnchanged(context.look(root));
    return notes;
  }

  private void requireUnchanged(RootChanges changes) throws DiskException, ConflictException {
    List<String> conflicts = new ArrayList<>();
    for (RelativePath path : changes.touchedPaths()) {
      Looked now =
          path.isEmpty()
              ? Looked.at(changes.tree().directory(path).stat())
              : changes.tree().stat(path).map(Looked::at).orElse(null);
      if (!Objects.equals(now, copied.get(path))) {
        conflicts.add(root.path().resolve(path).toString());
      }
    }
    if (!conflicts.isEmpty()) {
      conflicts.sort(null);
      throw new ConflictException(
          "changed by somebody else since the transaction began: "
              + String.join(", ", conflicts)
              + "; nothing was changed",
          conflicts);
    }
  }
}
