package dev.holdfast.cli;

import java.util.List;

/** What starts a machine's services, and which files make it recover before that. */
enum BootSystem {
  /** A unit before sysinit.target. */
  SYSTEMD("systemd", "/run/systemd/system"),
  /** A script that stage 1 sources. */
  RUNIT("runit", "/etc/runit/1"),
  /** A oneshot for s6-rc. */
  S6("s6", "/run/s6-rc"),
  /** A script in the boot runlevel. */
  OPENRC("OpenRC", "/run/openrc"),
  /** A script in rcS.d. */
  SYSV("sysv", "/etc/rcS.d");

  private static final String UNIT = "/etc/systemd/system/holdfast-recover.service";
  private static final String RUNIT_SCRIPT = "/etc/runit/core-services/90-holdfast.sh";
  private static final String S6_SERVICE = "/etc/s6-rc/source/holdfast-recover";
  private static final String INIT_SCRIPT = "/etc/init.d/holdfast-recover";
  private static final int PLAIN = 0644;
  private static final int PROGRAM = 0755;

  private final String title;
  private final String sign;

  BootSystem(String title, String sign) {
    this.title = title;
    this.sign = sign;
  }

  /** Something that is installed. */
  sealed interface Installed {
    /** Returns where. */
    String path();
  }

  /** A file made from a template. */
  record Templated(String path, String template, int mode) implements Installed {}

  /** A file with this text. */
  record Text(String path, String text) implements Installed {}

  /** A symbolic link. */
  record Link(String path, String target) implements Installed {}

  /** Returns its name. */
  String title() {
    return title;
  }

  /** Returns a path that is there where this is what starts the services. */
  String sign() {
    return sign;
  }

  /** Returns what every one of them needs. */
  static List<Installed> common() {
    String library = BootFiles.LIBRARY;
    return List.of(
        new Templated(BootFiles.GATE, "holdfast-gate", PROGRAM),
        new Templated(BootFiles.BOOT, "holdfast-boot", PROGRAM),
        new Templated(library + "/run", "wrappers/run", PROGRAM),
        new Templated(library + "/finish", "wrappers/finish", PROGRAM),
        new Templated(library + "/gated.conf", "wrappers/gated.conf", PLAIN));
  }

  /** Returns what it needs itself. */
  List<Installed> files(boolean strict) {
    return switch (this) {
      case SYSTEMD ->
          List.of(
              new Templated(UNIT, "holdfast-recover.service", PLAIN),
              unitLink(strict ? "requires" : "wants"));
      case RUNIT -> List.of(new Templated(RUNIT_SCRIPT, "holdfast-recover.runit", PLAIN));
      case S6 ->
          List.of(
              new Text(S6_SERVICE + "/type", "oneshot\n"),
              new Templated(S6_SERVICE + "/up", "holdfast-recover.s6", PLAIN));
      case OPENRC ->
          List.of(
              new Templated(INIT_SCRIPT, "holdfast-recover.openrc", PROGRAM),
              new Link("/etc/runlevels/boot/holdfast-recover", INIT_SCRIPT));
      case SYSV ->
          List.of(
              new Templated(INIT_SCRIPT, "holdfast-recover.sysv", PROGRAM),
              new Link("/etc/rcS.d/S20holdfast-recover", "../init.d/holdfast-recover"));
    };
  }

  /** Returns what another choice of strictness would have installed. */
  List<Installed> others(boolean strict) {
    return this == SYSTEMD ? List.of(unitLink(strict ? "wants" : "requires")) : List.of();
  }

  private static Installed unitLink(String how) {
    return new Link(
        "/etc/systemd/system/sysinit.target." + how + "/holdfast-recover.service",
        "../holdfast-recover.service");
  }

  /** Returns what is left to be done by hand. */
  String advice() {
    return switch (this) {
      case SYSTEMD -> "systemctl daemon-reload makes it known now";
      case RUNIT ->
          "stage 1 has to source /etc/runit/core-services/*.sh after it has mounted local file systems; if"
              + " yours does not, call "
              + BootFiles.BOOT
              + " there";
      case S6 ->
          "compile it into the service database, and let services depend on it; where nothing but"
              + " s6-svscan is used, call "
              + BootFiles.BOOT
              + " before it";
      case OPENRC -> "it is in the runlevel boot";
      case SYSV -> "where insserv orders the scripts, run update-rc.d holdfast-recover defaults";
    };
  }
}
