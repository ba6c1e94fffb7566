package dev.holdfast.engine.commit;

import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.tree.AttributeWriter;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.DirectoryTime;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import dev.holdfast.journal.Plan;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Executes and reverses the operations of a plan, each by one rename or exchange, and tells from
 * the control directory how far each came. The same code runs in a commit and in a recovery; every
 * branch is idempotent.
 *
 * <p>Whoever else changes a live path meanwhile loses nothing: an entry that is not what the plan
 * expects is a conflict while the transaction is being applied, and afterwards is left or kept, and
 * named in {@link #notes}.
 */
public final class OperationExecutor implements AutoCloseable {
  private static final String STAYS =
      "the directory stays: somebody else put something into it meanwhile";
  private static final int OWNER_WRITES = 0200;
  private static final int OWNER_ENTERS = 0300;

  private final Plan plan;
  private final List<@Nullable RootSession> roots;
  private final boolean recovering;
  private final List<String> notes = new ArrayList<>();
  private final List<Map<RelativePath, FileOperation>> captured = new ArrayList<>();
  private final List<Map<Integer, FileOperation>> wholes = new ArrayList<>();
  private final Map<FileIdentity, List<Facts>> attributesSet = new HashMap<>();
  private final List<Directory> opened = new ArrayList<>();
  private @Nullable Map<FileOperation, NavigableMap<Integer, Create>> members;
  private boolean keepsFolder;

  /**
   * Creates an executor.
   *
   * @param roots the plan's roots, open, in the plan's order; null for one out of reach, whose
   *     operations are passed over
   * @param recovering whether somebody else may have come in between, so that a stranger's entry is
   *     kept and named rather than a conflict
   */
  public OperationExecutor(
      Plan plan, List<? extends @Nullable RootSession> roots, boolean recovering) {
    this.plan = plan;
    this.roots = new ArrayList<>(roots);
    this.recovering = recovering;
    for (int i = 0; i < roots.size(); i++) {
      captured.add(new HashMap<>());
      wholes.add(new HashMap<>());
    }
    plan.operations().forEach(this::index);
  }

  /** Returns the plan. */
  Plan plan() {
    return plan;
  }

  /** Returns what was met of others' changes, and what was done with them. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Returns whether the transaction's folder holds something that is nowhere else. */
  public boolean keepsFolder() {
    return keepsFolder;
  }

  private void index(FileOperation operation) {
    switch (operation) {
      case Create create -> {
        if (!create.isMember()) {
          wholes.get(create.root()).put(create.slot(), create);
        }
      }
      case Replace replace -> {
        wholes.get(replace.root()).put(replace.slot(), replace);
        if (replace.before().type() == FileType.DIRECTORY) {
          captured.get(replace.root()).put(replace.path(), replace);
        }
      }
      case Delete delete -> {
        if (delete.before().type() == FileType.DIRECTORY) {
          captured.get(delete.root()).put(delete.path(), delete);
        }
      }
      case SetAttributes change ->
          attributesSet.computeIfAbsent(change.inode(), _ -> new ArrayList<>()).add(change.after());
      case Move _ -> {}
    }
  }

  private RootSession root(int index) {
    RootSession root = roots.get(index);
    if (root == null) {
      throw new IllegalStateException("root out of reach: " + plan.roots().get(index).path());
    }
    return root;
  }

  /** Returns whether the operation's root is within reach. */
  boolean isReachable(FileOperation operation) {
    return roots.get(operation.root()) != null;
  }

  /** Returns the transaction's folder at the operation's root. */
  TransactionFolder folder(FileOperation operation) {
    return root(operation.root()).requireFolder();
  }

  // ---- status ----------------------------------------------------------------------------------

  /** Returns how far {@code operation} came. */
  public OperationStatus status(FileOperation operation) throws DiskException {
    RootSession root = root(operation.root());
    TransactionFolder folder = root.folder();
    if (folder == null) {
      return OperationStatus.LOST;
    }
    return switch (operation) {
      case Create create -> status(root, folder, create);
      case Replace replace -> {
        Optional<Stat> inSlot = folder.fresh(replace.slot()).stat();
        yield inSlot.isEmpty()
            ? OperationStatus.LOST
            : isNotExecuted(replace.staged().is(inSlot.get()));
      }
      case Delete delete ->
          isNotExecuted(
              folder.old(delete.slot()).stat().isEmpty()
                  || isBothNames(delete.deleted(), delete.before(), root, delete.path()));
      case Move move ->
          isNotExecuted(
              !(is(move.moved(), root.tree().stat(move.to()))
                  && !is(move.moved(), root.tree().stat(move.path()))));
      case SetAttributes _ -> OperationStatus.NOT_EXECUTED;
    };
  }

  /**
   * Returns whether a captured file still has its live name too: without a journal a file system
   * may bring back both names of a rename (hole 48).
   */
  private static boolean isBothNames(
      FileIdentity identity, Facts facts, RootSession root, RelativePath path)
      throws DiskException {
    return facts.type() != FileType.DIRECTORY && is(identity, root.tree().stat(path));
  }

  private OperationStatus status(RootSession root, TransactionFolder folder, Create create)
      throws DiskException {
    if (create.isMember()) {
      return wholeStatus(create);
    }
    Optional<Stat> inSlot = folder.fresh(create.slot()).stat();
    boolean ours = is(create.staged(), root.tree().stat(create.path()));
    if (inSlot.isPresent()) {
      return isNotExecuted(create.staged().is(inSlot.get()) && !ours);
    }
    return ours || folder.has(Token.GO) ? OperationStatus.EXECUTED : OperationStatus.LOST;
  }

  /** Returns how far the entry came with which a member is installed; its own if it is none. */
  OperationStatus wholeStatus(FileOperation operation) throws DiskException {
    FileOperation whole =
        operation instanceof Create create && create.isMember()
            ? wholes.get(create.root()).get(create.slot())
            : operation;
    return whole == null ? OperationStatus.LOST : status(whole);
  }

  /** Returns the operation that installs a member, with all its new directory; or itself. */
  FileOperation whole(FileOperation operation) {
    FileOperation whole =
        operation instanceof Create create && create.isMember()
            ? wholes.get(create.root()).get(create.slot())
            : null;
    return whole == null ? operation : whole;
  }

  /**
   * Returns what cannot be taken back: replaced entries of which neither the live one nor a
   * before-image is left. Only a disk that lied about a barrier shows this.
   */
  Map<FileOperation, String> lostImages() throws DiskException {
    Map<FileOperation, String> lost = new LinkedHashMap<>();
    for (FileOperation operation : plan.operations()) {
      if (operation instanceof Replace replace
          && isReachable(replace)
          && status(replace) == OperationStatus.LOST
          && !is(replace.replaced(), tree(replace).stat(replace.path()))) {
        lost.put(replace, livePath(replace) + ": its before-image is gone");
      }
    }
    return lost;
  }

  private String livePath(FileOperation operation) {
    return tree(operation).path().resolve(operation.path()).toString();
  }

  /** Adds to what is said of the transaction's paths. */
  void note(String text) {
    notes.add(text);
  }

  private static OperationStatus isNotExecuted(boolean not) {
    return not ? OperationStatus.NOT_EXECUTED : OperationStatus.EXECUTED;
  }

  private static boolean is(FileIdentity identity, Optional<Stat> stat) {
    return stat.isPresent() && identity.is(stat.get());
  }

  /** Returns whether any operation that can be evidence was executed, or {@code go} is there. */
  public boolean isAnyExecuted() throws DiskException {
    for (RootSession root : roots) {
      TransactionFolder folder = root == null ? null : root.folder();
      if (folder != null && folder.has(Token.GO)) {
        return true;
      }
    }
    for (FileOperation operation : plan.operations()) {
      if (isEvidence(operation) && status(operation) == OperationStatus.EXECUTED) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether all operations that can be evidence were executed. */
  public boolean isAllExecuted() throws DiskException {
    for (FileOperation operation : plan.operations()) {
      if (isEvidence(operation) && status(operation) != OperationStatus.EXECUTED) {
        return false;
      }
    }
    return true;
  }

  private boolean isEvidence(FileOperation operation) {
    return isReachable(operation)
        && switch (operation) {
          case Create create -> !create.isMember();
          case Replace _, Delete _, Move _ -> true;
          case SetAttributes _ -> false;
        };
  }

  /** Returns whether any attribute or directory time is as the plan sets it, and was not before. */
  public boolean isAnyAttributeSet() throws DiskException {
    for (FileOperation operation : plan.operations()) {
      if (isReachable(operation) && operation instanceof SetAttributes change && isSet(change)) {
        return true;
      }
    }
    for (DirectoryTime time : plan.directoryTimes()) {
      if (roots.get(time.root()) != null && !time.before().equals(time.after())) {
        Optional<Stat> stat = tree(time.root()).stat(time.path());
        if (is(time.inode(), stat) && stat.orElseThrow().modified().equals(time.after())) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isSet(SetAttributes change) throws DiskException {
    Optional<Place> place = placeIfThere(change.root(), change.path());
    if (place.isEmpty() || !is(change.inode(), place.get().stat())) {
      return false;
    }
    try (Attributed entry = node(change.root(), change.path(), place.get())) {
      return AttributeWriter.isAnySet(entry, change.before(), change.after());
    }
  }

  // ---- forward ---------------------------------------------------------------------------------

  /**
   * Executes one operation that has not been executed.
   *
   * @throws ConflictException if not recovering and the live path is not as planned; what the
   *     operation itself did is undone already
   */
  public void execute(FileOperation operation) throws DiskException, ConflictException {
    try {
      switch (operation) {
        case Create create -> execute(create);
        case Replace replace -> execute(replace);
        case Delete delete -> execute(delete);
        case Move move -> execute(move);
        case SetAttributes change -> execute(change);
      }
    } catch (DiskException e) {
      if (!recovering || !isWayGone(operation, e)) {
        throw e;
      }
      note(operation, "was left out: somebody else removed the directory that it is in");
    }
  }

  /** Returns whether a directory on the way is not there any more: nothing was done then. */
  private boolean isWayGone(FileOperation operation, DiskException failure) throws DiskException {
    return isNoWay(failure)
        && (placeIfThere(operation.root(), operation.path()).isEmpty()
            || (operation instanceof Move move && placeIfThere(move.root(), move.to()).isEmpty()));
  }

  private static boolean isNoWay(DiskException failure) {
    return switch (failure.error()) {
      case NOT_FOUND, NOT_DIRECTORY, SYMLINK -> true;
      default -> false;
    };
  }

  private void execute(Create create) throws DiskException, ConflictException {
    if (create.isMember()) {
      return;
    }
    Place from = root(create.root()).requireFolder().fresh(create.slot());
    Place to = place(create.root(), create.path());
    setMovable(create.after(), from);
    try {
      from.directory().rename(from.name(), to.directory(), to.name());
    } catch (DiskException e) {
      if (e.error() != DiskError.EXISTS) {
        throw e;
      }
      if (!recovering) {
        throw conflict(create, "was created by somebody else meanwhile");
      }
      tree(create).forget(create.path());
      from.directory().exchange(from.name(), to.directory(), to.name());
      keep(create, "somebody else's entry was there; it is kept in " + keptIn(create));
    }
    setMoved(create.after(), create.staged(), to);
  }

  // A directory that changes its parent is written to, which takes permission to write in it. So
  // one that nobody may write in gets it while it is moved, for whoever is not root.

  private static boolean isFixed(Facts facts) {
    return facts.type() == FileType.DIRECTORY && (facts.mode() & OWNER_WRITES) == 0;
  }

  private static void setMovable(Facts facts, Place place) throws DiskException {
    if (isFixed(facts)) {
      setMode(place, facts.mode() | OWNER_WRITES);
    }
  }

  private static void setMoved(Facts facts, FileIdentity staged, Place place) throws DiskException {
    if (isFixed(facts)) {
      Optional<Stat> stat = place.stat();
      if (is(staged, stat) && stat.orElseThrow().mode() == (facts.mode() | OWNER_WRITES)) {
        setMode(place, facts.mode());
      }
    }
  }

  private static void setMode(Place place, int mode) throws DiskException {
    try (Attributed entry = place.directory().entry(place.name())) {
      entry.setMode(mode);
    }
  }

  private void execute(Replace replace) throws DiskException, ConflictException {
    Place staged = root(replace.root()).requireFolder().fresh(replace.slot());
    Place live = place(replace.root(), replace.path());
    tree(replace).forget(replace.path());
    setMovable(replace.after(), staged);
    try {
      staged.directory().exchange(staged.name(), live.directory(), live.name());
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND) {
        throw e;
      }
      if (!recovering) {
        throw conflict(replace, "was removed by somebody else meanwhile");
      }
      staged.directory().rename(staged.name(), live.directory(), live.name());
      setMoved(replace.after(), replace.staged(), live);
      note(replace, "somebody else had removed it");
      return;
    }
    if (!recovering && !isCapturedAsPlanned(replace, staged)) {
      staged.directory().exchange(staged.name(), live.directory(), live.name());
      throw conflict(replace, "was changed by somebody else meanwhile");
    }
    setMoved(replace.after(), replace.staged(), live);
    keepUnlessAsPlanned(replace, staged);
  }

  private boolean isCapturedAsPlanned(Replace replace, Place slot) throws DiskException {
    Optional<Stat> captured = slot.stat();
    return captured.isEmpty()
        || (isAsPlanned(replace.replaced(), replace.before(), captured.get())
            && !holdsAnything(slot, captured.get()));
  }

  private void keepUnlessAsPlanned(Replace replace, Place slot) throws DiskException {
    if (!isCapturedAsPlanned(replace, slot)) {
      keep(replace, "somebody else had changed it; that version is kept in " + keptIn(replace));
    }
  }

  private void execute(Delete delete) throws DiskException, ConflictException {
    Place live = place(delete.root(), delete.path());
    Place old = root(delete.root()).requireFolder().old(delete.slot());
    tree(delete).forget(delete.path());
    try {
      live.directory().rename(live.name(), old.directory(), old.name());
    } catch (DiskException e) {
      if (e.error() == DiskError.EXISTS && is(delete.deleted(), live.stat())) {
        live.directory().unlink(live.name()); // Both names came back (hole 48).
        return;
      }
      if (e.error() != DiskError.NOT_FOUND) {
        throw e;
      }
      if (!recovering) {
        throw conflict(delete, "was removed by somebody else meanwhile");
      }
      note(delete, "somebody else had removed it");
      return;
    }
    Stat capturedStat = old.stat().orElseThrow();
    if (holdsAnything(old, capturedStat)) {
      old.directory().rename(old.name(), live.directory(), live.name());
      note(delete, STAYS);
      return;
    }
    if (!isAsPlanned(delete.deleted(), delete.before(), capturedStat)) {
      if (!recovering) {
        old.directory().rename(old.name(), live.directory(), live.name());
        throw conflict(delete, "was changed by somebody else meanwhile");
      }
      keep(delete, "somebody else had changed it; that version is kept in " + keptIn(delete));
    }
  }

  private void execute(Move move) throws DiskException, ConflictException {
    Place from = place(move.root(), move.path());
    Place to = place(move.root(), move.to());
    tree(move).forget(move.path());
    if (!is(move.moved(), from.stat())) {
      if (!recovering) {
        throw conflict(move, "was changed by somebody else meanwhile");
      }
      note(move, "is not what it was, and was not moved");
      return;
    }
    // The handles above stay good: both places are directories that nobody moves.
    try {
      from.directory().rename(from.name(), to.directory(), to.name());
    } catch (DiskException e) {
      if (e.error() != DiskError.EXISTS) {
        throw e;
      }
      if (is(move.moved(), to.stat())) {
        from.directory().unlink(from.name()); // Both names came back (hole 48).
        return;
      }
      if (!recovering) {
        throw conflict(move, "cannot be moved: somebody else made " + move.to() + " meanwhile");
      }
      note(move, "was not moved: somebody else made " + move.to());
    }
  }

  private void execute(SetAttributes change) throws DiskException, ConflictException {
    setAttributes(change, change.before(), change.after());
  }

  private void setAttributes(SetAttributes change, Facts from, Facts to)
      throws DiskException, ConflictException {
    Optional<Place> place = placeIfThere(change.root(), change.path());
    if (place.isEmpty() || !is(change.inode(), place.get().stat())) {
      if (!recovering) {
        throw conflict(change, "was replaced by somebody else meanwhile");
      }
      note(change, "is not what it was; its attributes were left");
      return;
    }
    try (Attributed entry = node(change.root(), change.path(), place.get())) {
      if (!change.inode().is(entry.stat())) {
        note(change, "is not what it was; its attributes were left");
        return;
      }
      List<String> foreign = AttributeWriter.change(entry, from, to);
      if (!foreign.isEmpty()) {
        note(change, "somebody else had set " + String.join(", ", foreign) + "; left so");
      }
    }
  }

  /**
   * Completes an executed operation. Whoever executed it may have been killed before it looked at
   * what it had captured: that may be a stranger's, or hold what is (I15). And without a journal a
   * file system may bring back both names of a rename (hole 48).
   */
  public void complete(FileOperation operation) throws DiskException {
    switch (operation) {
      case Create create -> {
        if (!create.isMember()) {
          complete(create);
        }
      }
      case Replace replace -> {
        Optional<Place> live = placeIfThere(replace.root(), replace.path());
        if (live.isPresent()) {
          setMoved(replace.after(), replace.staged(), live.get());
        }
        keepUnlessAsPlanned(replace, folder(replace).fresh(replace.slot()));
      }
      case Delete delete -> complete(delete);
      case Move _, SetAttributes _ -> {}
    }
  }

  private void complete(Create create) throws DiskException {
    Place slot = folder(create).fresh(create.slot());
    Optional<Stat> inSlot = slot.stat();
    if (is(create.staged(), inSlot)) {
      slot.directory().unlink(slot.name());
    } else if (inSlot.isPresent()) {
      keep(create, "somebody else's entry was there; it is kept in " + keptIn(create));
    }
    Optional<Place> live = placeIfThere(create.root(), create.path());
    if (live.isPresent()) {
      setMoved(create.after(), create.staged(), live.get());
    }
  }

  private void complete(Delete delete) throws DiskException {
    Place old = folder(delete).old(delete.slot());
    Optional<Stat> captured = old.stat();
    if (captured.isEmpty()) {
      return;
    }
    if (!holdsAnything(old, captured.get())) {
      if (!isAsPlanned(delete.deleted(), delete.before(), captured.get())) {
        keep(delete, "somebody else had changed it; that version is kept in " + keptIn(delete));
      }
      return;
    }
    Optional<Place> live = placeIfThere(delete.root(), delete.path());
    if (live.isPresent() && live.get().stat().isEmpty()) {
      tree(delete).forget(delete.path());
      old.directory().rename(old.name(), live.get().directory(), live.get().name());
      note(delete, STAYS);
    } else {
      keep(delete, "somebody else had put something into it; it is kept in " + keptIn(delete));
    }
  }

  /** Sets all directory times of the plan. */
  public void setDirectoryTimes(boolean forward) throws DiskException {
    for (DirectoryTime time : plan.directoryTimes()) {
      setTime(time.root(), time.path(), time.inode(), forward ? time.after() : time.before());
    }
    if (!forward) {
      setTimesOfReturned();
    }
  }

  /** Directories that were taken away lost their entries one by one, and got them back so. */
  private void setTimesOfReturned() throws DiskException {
    for (FileOperation operation : plan.operations()) {
      if (operation instanceof Delete delete && delete.before().type() == FileType.DIRECTORY) {
        setTime(delete.root(), delete.path(), delete.deleted(), delete.before().modified());
      } else if (operation instanceof Replace replace
          && replace.before().type() == FileType.DIRECTORY) {
        setTime(replace.root(), replace.path(), replace.replaced(), replace.before().modified());
      }
    }
  }

  private void setTime(int root, RelativePath path, FileIdentity inode, Instant modified)
      throws DiskException {
    if (roots.get(root) == null) {
      return;
    }
    Optional<Place> place = placeIfThere(root, path);
    if (place.isPresent() && is(inode, place.get().stat())) {
      try (Attributed entry = node(root, path, place.get())) {
        if (inode.is(entry.stat())) {
          entry.setModified(modified);
        }
      }
    }
  }

  // ---- back ------------------------------------------------------------------------------------

  /** Takes back one operation that may have been executed. What is in the way stays. */
  public void reverse(FileOperation operation) throws DiskException {
    if (!isReachable(operation)) {
      return;
    }
    try {
      switch (operation) {
        case Create create -> reverse(create);
        case Replace replace -> reverse(replace);
        case Delete delete -> reverse(delete);
        case Move move -> reverse(move);
        case SetAttributes change -> setAttributes(change, change.after(), change.before());
      }
    } catch (ConflictException e) {
      notes.add(e.getMessage());
    }
  }

  private void reverse(Create create) throws DiskException {
    if (create.isMember()) {
      return;
    }
    if (status(create) != OperationStatus.EXECUTED) {
      keepIfReversed(create, create.staged(), create.after(), create.slot());
      return;
    }
    TransactionFolder folder = folder(create);
    Place slot = folder.fresh(create.slot());
    Optional<Place> live = placeIfThere(create.root(), create.path());
    Optional<Stat> stat = live.isEmpty() ? Optional.empty() : live.get().stat();
    if (live.isEmpty() || stat.isEmpty()) {
      return;
    }
    if (!create.staged().is(stat.get())) {
      note(create, "somebody else replaced it; left as it is");
      return;
    }
    tree(create).forget(create.path());
    if (is(create.staged(), slot.stat())) {
      live.get().directory().unlink(live.get().name()); // Both names came back (hole 48).
    } else if (slot.stat().isPresent()) {
      slot.directory().exchange(slot.name(), live.get().directory(), live.get().name());
    } else if (stat.get().isDirectory()) {
      takeDirectoryBack(folder, create, slot);
    } else {
      live.get().directory().rename(live.get().name(), slot.directory(), slot.name());
    }
    keepIfChanged(create, create.staged(), create.after(), slot);
  }

  /** Takes a new directory's own contents out, deepest first, and then it, if it is empty. */
  private void takeDirectoryBack(TransactionFolder folder, Create top, Place slot)
      throws DiskException {
    List<Create> directories = new ArrayList<>(List.of(top));
    members(top).values().stream()
        .filter(member -> member.after().type() == FileType.DIRECTORY)
        .forEach(directories::add);
    for (Create directory : directories) {
      letEnter(directory);
    }
    try (Directory undone = folder.undone()) {
      for (Map.Entry<Integer, Create> member : members(top).descendingMap().entrySet()) {
        takeMemberBack(
            member.getValue(), new Place(undone, TransactionFolder.slotName(member.getKey())));
      }
    }
    // Looked up afresh: the tree keeps few handles open, and those of the members were many.
    Place live = place(top.root(), top.path());
    Optional<Stat> stat = live.stat();
    if (stat.isEmpty()) {
      return;
    }
    if (!holdsAnything(live, stat.get())) {
      tree(top).forget(top.path());
      live.directory().rename(live.name(), slot.directory(), slot.name());
      return;
    }
    note(top, "the directory stays: somebody else put something into it");
    for (Create directory : directories.reversed()) {
      giveModeBack(directory);
    }
  }

  /** Returns what is installed with an operation's new directory, by its number in the plan. */
  private NavigableMap<Integer, Create> members(FileOperation whole) {
    if (members == null) {
      members = new HashMap<>();
      for (int i = 0; i < plan.operations().size(); i++) {
        if (plan.operations().get(i) instanceof Create member && member.isMember()) {
          members.computeIfAbsent(whole(member), _ -> new TreeMap<>()).put(i, member);
        }
      }
    }
    return members.getOrDefault(whole, Collections.emptyNavigableMap());
  }

  /** Who is not root can take nothing out of a directory that he may not write to. */
  private void letEnter(Create directory) throws DiskException {
    int mode = directory.after().mode();
    Optional<Place> live = placeIfThere(directory.root(), directory.path());
    if ((mode & OWNER_ENTERS) != OWNER_ENTERS
        && live.isPresent()
        && is(directory.staged(), live.get().stat())) {
      setMode(live.get(), mode | OWNER_ENTERS);
    }
  }

  private void giveModeBack(Create directory) throws DiskException {
    int mode = directory.after().mode();
    Optional<Place> live = placeIfThere(directory.root(), directory.path());
    Optional<Stat> stat = live.isEmpty() ? Optional.empty() : live.get().stat();
    if (live.isPresent()
        && is(directory.staged(), stat)
        && stat.orElseThrow().mode() != mode
        && stat.orElseThrow().mode() == (mode | OWNER_ENTERS)) {
      setMode(live.get(), mode);
    }
  }

  private void takeMemberBack(Create member, Place undone) throws DiskException {
    Optional<Place> live = placeIfThere(member.root(), member.path());
    Optional<Stat> stat = live.isEmpty() ? Optional.empty() : live.get().stat();
    if (live.isPresent() && stat.isPresent() && member.staged().is(stat.get())) {
      tree(member).forget(member.path());
      if (holdsAnything(live.get(), stat.get())) {
        return;
      }
      live.get().directory().rename(live.get().name(), undone.directory(), undone.name());
    }
  }

  private void reverse(Replace replace) throws DiskException {
    if (status(replace) != OperationStatus.EXECUTED) {
      keepIfReversed(replace, replace.staged(), replace.after(), replace.slot());
      return;
    }
    Place slot = folder(replace).fresh(replace.slot());
    Place live = placeIfThere(replace.root(), replace.path()).orElse(null);
    if (live == null) {
      keep(
          replace,
          "somebody else removed its directory; the old one is kept in " + keptIn(replace));
      return;
    }
    Optional<Stat> stat = live.stat();
    tree(replace).forget(replace.path());
    if (stat.isEmpty()) {
      slot.directory().rename(slot.name(), live.directory(), live.name());
      note(replace, "somebody else removed the new version");
    } else if (replace.staged().is(stat.get())) {
      setMovable(replace.after(), live);
      slot.directory().exchange(slot.name(), live.directory(), live.name());
      keepIfChanged(replace, replace.staged(), replace.after(), slot);
    } else {
      keep(replace, "somebody else replaced it; left, and the old one kept in " + keptIn(replace));
    }
  }

  private void reverse(Delete delete) throws DiskException {
    Optional<Place> live = placeIfThere(delete.root(), delete.path());
    if (status(delete) != OperationStatus.EXECUTED) {
      if (live.isEmpty() || live.get().stat().isEmpty()) {
        note(delete, "is not there, and no before-image of it is");
      }
      return;
    }
    Place old = root(delete.root()).requireFolder().old(delete.slot());
    if (live.isPresent() && is(delete.deleted(), live.get().stat())) {
      old.directory().unlink(old.name()); // Both names came back.
      return;
    }
    if (live.isEmpty() || live.get().stat().isPresent()) {
      keep(
          delete, "somebody else is in its place; left, and the old one kept in " + keptIn(delete));
      return;
    }
    old.directory().rename(old.name(), live.get().directory(), live.get().name());
  }

  private void reverse(Move move) throws DiskException {
    if (status(move) != OperationStatus.EXECUTED) {
      return;
    }
    tree(move).forget(move.to());
    Place from = placeIfThere(move.root(), move.path()).orElse(null);
    if (from == null || from.stat().isPresent()) {
      note(
          move,
          (from == null ? "somebody else removed its directory" : "somebody else is in its place")
              + "; it stays at "
              + move.to());
      return;
    }
    Place to = place(move.root(), move.to());
    to.directory().rename(to.name(), from.directory(), from.name());
  }

  // ---- places and strangers --------------------------------------------------------------------

  /**
   * Returns the place of a live path. Where a directory on the way was itself taken away by this
   * plan (a power cut may keep that rename and lose an earlier one inside it), the place inside the
   * captured directory.
   */
  private Place place(int root, RelativePath path) throws DiskException {
    try {
      return tree(root).place(path);
    } catch (DiskException e) {
      if (path.isEmpty()
          || (e.error() != DiskError.NOT_FOUND && e.error() != DiskError.NOT_DIRECTORY)) {
        throw e;
      }
      return new Place(capturedDirectory(root, path.parent(), e), path.name());
    }
  }

  private Directory capturedDirectory(int root, RelativePath path, DiskException missing)
      throws DiskException {
    for (RelativePath above = path; ; above = above.parent()) {
      FileOperation operation = captured.get(root).get(above);
      if (operation != null && status(operation) == OperationStatus.EXECUTED) {
        TransactionFolder folder = root(root).requireFolder();
        Place slot =
            switch (operation) {
              case Delete delete -> folder.old(delete.slot());
              case Replace replace -> folder.fresh(replace.slot());
              case Create _, Move _, SetAttributes _ -> throw missing;
            };
        try (Directory capturedDirectory = slot.directory().directory(slot.name())) {
          Directory inside = capturedDirectory.directory(path.below(above));
          opened.add(inside);
          return inside;
        }
      }
      if (above.isEmpty()) {
        throw missing;
      }
    }
  }

  private Optional<Place> placeIfThere(int root, RelativePath path) throws DiskException {
    try {
      return Optional.of(place(root, path));
    } catch (DiskException e) {
      if (isNoWay(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Opens an entry for its metadata; a root may be a mount point, which only its tree may enter.
   */
  private Attributed node(int root, RelativePath path, Place place) throws DiskException {
    return path.isEmpty() ? tree(root).node(path) : place.directory().entry(place.name());
  }

  private LiveTree tree(int root) {
    return root(root).tree();
  }

  private LiveTree tree(FileOperation operation) {
    return tree(operation.root());
  }

  private static boolean holdsAnything(Place place, Stat stat) throws DiskException {
    if (!stat.isDirectory()) {
      return false;
    }
    try (Directory directory = place.directory().directory(place.name())) {
      return !directory.list().isEmpty();
    }
  }

  /**
   * Compares a captured entry with the plan; its ctime was just moved by our own rename. An inode
   * with several names may have got other attributes under one of them by this very plan.
   */
  private boolean isAsPlanned(FileIdentity identity, Facts facts, Stat stat) {
    return identity.is(stat)
        && stat.type() == facts.type()
        && (!stat.isFile() || stat.size() == facts.size())
        && isPlanned(identity, facts, planned -> planned.uid() == stat.uid())
        && isPlanned(identity, facts, planned -> planned.gid() == stat.gid())
        && (facts.type() == FileType.SYMLINK
            || isPlanned(identity, facts, planned -> planned.mode() == stat.mode()))
        && (stat.isDirectory()
            || isPlanned(identity, facts, planned -> planned.modified().equals(stat.modified())));
  }

  private boolean isPlanned(FileIdentity identity, Facts before, Predicate<Facts> field) {
    return field.test(before)
        || attributesSet.getOrDefault(identity, List.of()).stream().anyMatch(field);
  }

  private void keepIfChanged(FileOperation operation, Facts facts, Place place)
      throws DiskException {
    Optional<Stat> stat = place.stat();
    if (stat.isPresent()
        && stat.get().isFile()
        && (stat.get().size() != facts.size() || !stat.get().modified().equals(facts.modified()))) {
      keep(operation, "somebody else wrote to the new version; it is kept in " + keptIn(operation));
    }
  }

  /** Keeps what is not executed if it was before, and changed then. */
  private void keepIfReversed(FileOperation operation, FileIdentity staged, Facts after, int slot)
      throws DiskException {
    TransactionFolder folder = root(operation.root()).folder();
    if (folder != null && folder.has(Token.GO)) {
      keepIfChanged(operation, staged, after, folder.fresh(slot));
    }
  }

  /**
   * Keeps what was live for a while, and is in its slot again: somebody may have written to it, or
   * put something into it.
   */
  private void keepIfChanged(FileOperation operation, FileIdentity staged, Facts after, Place slot)
      throws DiskException {
    boolean isBack = is(staged, slot.stat());
    if (after.type() != FileType.DIRECTORY) {
      if (isBack) {
        keepIfChanged(operation, after, slot);
      }
      return;
    }
    NavigableMap<Integer, Create> members = members(operation);
    if (isBack && holdsStrangers(slot, members.values())) {
      keep(operation, "somebody else put something into it; it is kept in " + keptIn(operation));
    }
    TransactionFolder folder = folder(operation);
    if (!members.isEmpty() && folder.hasUndone()) {
      try (Directory undone = folder.undone()) {
        for (Map.Entry<Integer, Create> member : members.entrySet()) {
          Create taken = member.getValue();
          Place place = new Place(undone, TransactionFolder.slotName(member.getKey()));
          keepIfChanged(taken, taken.after(), place);
        }
      }
    }
  }

  /** Looks through a new directory that is in its slot again. */
  private boolean holdsStrangers(Place slot, Collection<Create> members) throws DiskException {
    Map<RelativePath, Create> expected = new HashMap<>();
    members.forEach(member -> expected.put(member.within(), member));
    boolean strangers = false;
    Deque<RelativePath> open = new ArrayDeque<>(List.of(RelativePath.EMPTY));
    while (!open.isEmpty()) {
      RelativePath path = open.pop();
      try (Directory directory =
          slot.directory().directory(RelativePath.of(slot.name()).resolve(path))) {
        for (EntryName name : directory.list()) {
          Create member = expected.get(path.resolve(name));
          Optional<Stat> stat = directory.stat(name);
          if (member == null || !is(member.staged(), stat)) {
            strangers = true;
          } else if (stat.orElseThrow().isDirectory()) {
            open.push(path.resolve(name));
          } else {
            keepIfChanged(member, member.after(), new Place(directory, name));
          }
        }
      }
    }
    return strangers;
  }

  /** Returns whether a note says that the transaction's folder holds what is nowhere else. */
  public static boolean saysKept(String note) {
    return note.contains("kept in ");
  }

  /** Once the transaction is over, its folder goes from {@code tx} to {@code images}. */
  private String keptIn(FileOperation operation) {
    return root(operation.root()).control().path() + ", under " + plan.id();
  }

  private void keep(FileOperation operation, String text) {
    keepsFolder = true;
    note(operation, text);
  }

  private void note(FileOperation operation, String text) {
    notes.add(livePath(operation) + ": " + text);
  }

  private ConflictException conflict(FileOperation operation, String text) {
    String path = livePath(operation);
    return new ConflictException(path + " " + text, List.of(path));
  }

  @Override
  public void close() {
    opened.forEach(Directory::close);
  }
}
