package dev.holdfast.testing.services;

import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The directory that is updated: service directories for both supervisors, and files that all
 * services share. Every file but {@code run} and {@code finish} says which generation it is of, the
 * services' own scripts included; a file {@code odd} or {@code even} is there in every other one.
 *
 * @param perSupervisor how many services each supervisor has
 * @param gated whether the services read under the gate
 * @param observations the directory that they write to
 */
record ServiceTree(int perSupervisor, boolean gated, Path observations) {
  /** The supervisors' scan directories in the tree. */
  static final List<String> SCANNED = List.of("runit", "s6");

  /** The service of each supervisor that does not die: nobody may restart it. */
  static final String STEADY = "steady";

  private static final List<String> READ =
      List.of("a", "b", "c", "data/d", "data/e", "../../shared/x", "../../shared/y");
  private static final int LAST_READ_BY_ALL = 2;

  /** Returns the paths of the service directories. */
  List<String> services() {
    List<String> services = new ArrayList<>();
    for (String scanned : SCANNED) {
      services.add(scanned + "/" + STEADY);
      for (int i = 1; i <= perSupervisor; i++) {
        services.add(scanned + "/service" + i);
      }
    }
    return services;
  }

  /** Writes the first generation into a directory that nobody looks at yet. */
  void write(Path directory, String gate) throws IOException {
    for (String service : services()) {
      put(directory.resolve(service + "/run"), starter(service, "run", gate));
      if (!service.endsWith(STEADY)) {
        put(directory.resolve(service + "/finish"), starter(service, "finish", gate));
        Files.writeString(directory.resolve(service + "/timeout-finish"), "0\n");
      }
    }
    for (Map.Entry<String, String> file : files(1, gate).entrySet()) {
      put(directory.resolve(file.getKey()), file.getValue());
    }
  }

  private static void put(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(
        file, PosixFilePermissions.fromString(text.startsWith("#!") ? "rwxr-xr-x" : "rw-r--r--"));
  }

  /** Makes the tree that of a generation, in a transaction. */
  void update(Transaction transaction, Root root, long generation, String gate) throws IOException {
    for (Map.Entry<String, String> file : files(generation, gate).entrySet()) {
      transaction.write(root, file.getKey(), file.getValue().getBytes(StandardCharsets.US_ASCII));
    }
    for (String service : services()) {
      transaction.delete(root, service + "/" + parity(generation - 1));
    }
  }

  private static String parity(long generation) {
    return generation % 2 == 0 ? "even" : "odd";
  }

  private Map<String, String> files(long generation, String gate) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("generation", generation + "\n");
    for (String shared : READ.subList(READ.size() - LAST_READ_BY_ALL, READ.size())) {
      files.put(shared.substring("../../".length()), generation + "\n");
    }
    for (String service : services()) {
      for (String file : READ.subList(0, READ.size() - LAST_READ_BY_ALL)) {
        files.put(service + "/" + file, generation + "\n");
      }
      files.put(service + "/" + parity(generation), "");
      files.put(service + "/observe", observer(generation, service));
      files.put(service + "/run.own", own(service, "run", gate));
      files.put(service + "/finish.own", own(service, "finish", gate));
    }
    return files;
  }

  /** Looks at all that it reads and writes down what is not of its own generation. */
  private String observer(long generation, String service) {
    String other = parity(generation + 1);
    return """
    #!/bin/sh
    # generation %d
    mixed=
    for file in %s; do
      found=absent
      { IFS= read -r found <$file; } 2>/dev/null
      [ "$found" = %d ] || mixed="$mixed $file=$found"
    done
    [ -e %s ] || mixed="$mixed %s=absent"
    [ ! -e %s ] || mixed="$mixed %s=there"
    echo "$1 %d ${mixed:-whole}" >>%s
    """
        .formatted(
            generation,
            String.join(" ", READ),
            generation,
            parity(generation),
            parity(generation),
            other,
            other,
            generation,
            observations.resolve(service.replace('/', '-')));
  }

  /** What the supervisor calls: it is the same in every generation. */
  private String starter(String service, String what, String gate) {
    String own = "./" + what + ".own";
    if (service.endsWith(STEADY)) {
      return "#!/bin/sh\nexec 2>&1\n"
          + (gated ? gate + " . -- ./observe run" : "./observe run")
          + "\nexec sleep 1000000\n";
    }
    return gated
        ? "#!/bin/sh\nexec " + gate + " . -- " + own + " \"$@\"\n"
        : "#!/bin/sh\nexec " + own + " \"$@\"\n";
  }

  /** The service's own script; a `run` observes some more and then dies, one way or another. */
  private String own(String service, String what, String gate) {
    if (what.equals("finish") || service.endsWith(STEADY)) {
      return "#!/bin/sh\n./observe finish\n";
    }
    String again = gated ? gate + " . -- ./observe run" : "./observe run";
    return """
    #!/bin/sh
    ./observe run
    [ -z "$HOLDFAST_GATE_FD" ] || eval "exec $HOLDFAST_GATE_FD<&-"
    unset HOLDFAST_GATE_FD
    read -r chance </proc/sys/kernel/random/uuid
    for _ in 1 2 3; do
      sleep 0.1
      %s
    done
    case $chance in
      [0-3]*) exit 0 ;;
      [4-7]*) exit 1 ;;
      [89ab]*) kill -KILL $$ ;;
      *) sleep 0.3; kill -SEGV $$ ;;
    esac
    """
        .formatted(again);
  }
}
