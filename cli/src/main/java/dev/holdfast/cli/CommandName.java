package dev.holdfast.cli;

import java.util.Arrays;
import java.util.Optional;

/** The commands that there are, in the order of the help. Knows each without loading its class. */
enum CommandName {
  APPLY(Group.UPDATE, "apply", "SOURCE TARGET", "make TARGET equal to SOURCE in one transaction"),
  RUN(Group.UPDATE, "run", "--root DIR -- COMMAND", "make what a command does one transaction"),
  BEGIN(Group.UPDATE, "begin", "--root DIR", "open a transaction that outlives this process"),
  EXEC(Group.UPDATE, "exec", "TX -- COMMAND", "run a command in an open transaction"),
  DIFF(Group.UPDATE, "diff", "TX", "what an open transaction would change"),
  COMMIT(Group.UPDATE, "commit", "TX", "make an open transaction live"),
  ABORT(Group.UPDATE, "abort", "TX", "drop an open transaction"),
  UNDO(Group.UPDATE, "undo", "TX", "take a transaction back in a new one"),
  REWIND(Group.UPDATE, "rewind", "TX|TIME [ROOT]", "take back everything after a transaction"),
  RECOVER(Group.RECOVER, "recover", "[ROOT]…", "finish or roll back whatever a crash left"),
  RESOLVE(Group.RECOVER, "resolve", "TX DIRECTION", "end a transaction that is in doubt"),
  GATE(Group.RECOVER, "gate", "ROOT -- COMMAND", "run COMMAND while no update is half applied"),
  INSTALL_BOOT(Group.RECOVER, "install-boot", "", "recovery before services, and the gate"),
  STATUS(Group.LOOK_BACK, "status", "", "open and pending transactions, and the roots"),
  LOG(Group.LOOK_BACK, "log", "[ROOT or PATH]", "past transactions, newest first"),
  SHOW(Group.LOOK_BACK, "show", "TX", "one transaction, with each operation"),
  VERIFY(Group.LOOK_BACK, "verify", "[ROOT]…", "the live trees against the record"),
  ACCEPT(Group.LOOK_BACK, "accept", "PATH…", "take what others changed into the record"),
  RESTORE(Group.LOOK_BACK, "restore", "PATH…", "put back what was committed"),
  AUDIT_CHECK(Group.LOOK_BACK, "audit check", "", "whether the record is whole"),
  AUDIT_ANCHOR(Group.LOOK_BACK, "audit anchor", "", "the head of the hash chain, to be kept"),
  AUDIT_EXPORT(Group.LOOK_BACK, "audit export", "", "the whole record as JSON Lines"),
  SQL(Group.LOOK_BACK, "sql", "\"SELECT …\"", "questions about the history, in SQL"),
  REPORT(Group.LOOK_BACK, "report", "-o FILE.html", "the history as one self-contained page"),
  DOCTOR(Group.MACHINE, "doctor", "[ROOT]…", "what a mount offers, and which level a root gets"),
  SELFTEST(Group.MACHINE, "selftest", "[DIR]", "prove crash safety on DIR's file system"),
  ROOT_LIST(Group.MACHINE, "root list", "", "the roots"),
  ROOT_SET(Group.MACHINE, "root set", "ROOT KEY=VALUE", "set one of a root's settings"),
  ROOT_FORGET(Group.MACHINE, "root forget", "ROOT", "take a root out of care"),
  FOLLOW(Group.MACHINE, "follow", "STOCK LIVE", "let LIVE follow what a package manager writes"),
  PRUNE(Group.MACHINE, "prune", "", "free old before-images; history stays"),
  DEMO(Group.MACHINE, "demo", "[DIR]", "one minute that shows the point");

  /** The help's groups. */
  enum Group {
    UPDATE("Update"),
    RECOVER("Recover"),
    LOOK_BACK("Look back"),
    MACHINE("Machine");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    /** Returns the heading. */
    String title() {
      return title;
    }
  }

  private final Group group;
  private final String words;
  private final String arguments;
  private final String summary;

  CommandName(Group group, String words, String arguments, String summary) {
    this.group = group;
    this.words = words;
    this.arguments = arguments;
    this.summary = summary;
  }

  /** Returns the group that the help lists it in. */
  Group group() {
    return group;
  }

  /** Returns what the user types: a word, or two. */
  String words() {
    return words;
  }

  /** Returns its main arguments, for the help. */
  String arguments() {
    return arguments;
  }

  /** Returns what it does, in a few words. */
  String summary() {
    return summary;
  }

  /** Returns the command called {@code words}. */
  static Optional<CommandName> find(String words) {
    return Arrays.stream(values()).filter(name -> name.words.equals(words)).findFirst();
  }

  /** Returns whether {@code word} is the first of two. */
  static boolean isFirstOfTwo(String word) {
    return Arrays.stream(values()).anyMatch(name -> name.words.startsWith(word + " "));
  }

  /** Makes the command, its options not yet set. Loads no other command's class. */
  Command create() {
    return switch (this) {
      case APPLY -> new ApplyCommand();
      case RUN -> new RunCommand();
      case BEGIN -> new BeginCommand();
      case EXEC -> new ExecCommand();
      case DIFF -> new DiffCommand();
      case COMMIT -> new CommitCommand();
      case ABORT -> new AbortCommand();
      case UNDO -> new UndoCommand();
      case REWIND -> new RewindCommand();
      case RECOVER -> new RecoverCommand();
      case RESOLVE -> new ResolveCommand();
      case GATE -> new GateCommand();
      case INSTALL_BOOT -> new InstallBootCommand();
      case STATUS -> new StatusCommand();
      case LOG -> new LogCommand();
      case SHOW -> new ShowCommand();
      case VERIFY -> new VerifyCommand();
      case ACCEPT -> new AcceptCommand();
      case RESTORE -> new RestoreCommand();
      case AUDIT_CHECK -> new AuditCheckCommand();
      case AUDIT_ANCHOR -> new AuditAnchorCommand();
      case AUDIT_EXPORT -> new AuditExportCommand();
      case SQL -> new SqlCommand();
      case REPORT -> new ReportCommand();
      case DOCTOR -> new DoctorCommand();
      case SELFTEST -> new SelftestCommand();
      case ROOT_LIST -> new RootListCommand();
      case ROOT_SET -> new RootSetCommand();
      case ROOT_FORGET -> new RootForgetCommand();
      case FOLLOW -> new FollowCommand();
      case PRUNE -> new PruneCommand();
      case DEMO -> new DemoCommand();
    };
  }
}
