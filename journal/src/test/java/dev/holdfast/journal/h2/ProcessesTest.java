package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.TransactionId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal among real processes that are killed. */
final class ProcessesTest {
  private static final int KILLS = Integer.getInteger("holdfast.kills", 4);

  @TempDir private Path temporary;
  private JournalFixture fixture;

  @BeforeEach
  void setUp() {
    fixture = new JournalFixture(temporary);
  }

  /** What a child said that it had forced. */
  private static final class Acknowledged {
    final Map<Long, TransactionId> transactions = new ConcurrentHashMap<>();

    /** Reads what {@code child} says until it is dead. */
    Thread listen(Process child) {
      return Thread.ofPlatform()
          .start(() -> {
            try (BufferedReader in =
                new BufferedReader(
                    new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
              for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                if (words.length == 2 && words[1].length() == 40) {
                  transactions.put(Long.parseLong(words[0]), new TransactionId(words[1]));
                }
              }
            } catch (IOException _) {
              // it was killed in the middle of a line
            }
          });
    }
  }

  @Test
  void noForcedRecordIsLostWhenWritersAreKilledAndReadersLookOn() throws Exception {
    Acknowledged acknowledged = new Acknowledged();
    Random random = new Random(99);
    int looks = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      List<Process> children = new ArrayList<>();
      List<Thread> listeners = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Process child = JournalChild.start(temporary, "write", random.nextLong());
        children.add(child);
        listeners.add(acknowledged.listen(child));
      }
      try (H2Journal journal = fixture.open(LinuxDisk.create(), JournalFixture.PATIENT)) {
        int before = acknowledged.transactions.size();
        long lastSequence = 0;
        int enough = 20 + random.nextInt(60);
        while (acknowledged.transactions.size() < before + enough) {
          assertThat(children).allMatch(Process::isAlive);
          try (JournalView view = journal.read()) {
            assertThat(view.lastSequence()).isGreaterThanOrEqualTo(lastSequence);
            lastSequence = view.lastSequence();
            view.unfinished();
            assertThat(JournalFixture.all(view)).hasSize((int) lastSequence);
            looks++;
          }
        }
      } finally {
        for (Process child : children) {
          child.destroyForcibly().waitFor();
        }
      }
      for (Thread listener : listeners) {
        listener.join();
      }
      check(acknowledged);
    }
    assertThat(looks).isGreaterThan(KILLS);
  }

  private void check(Acknowledged acknowledged) throws IOException {
    try (H2Journal journal = fixture.open()) {
      try (JournalView view = journal.read()) {
        for (var entry : acknowledged.transactions.entrySet()) {
          assertThat(view.find(entry.getKey()).orElseThrow().id()).isEqualTo(entry.getValue());
        }
      }
      ChainHead head;
      try (JournalWriter writer = journal.write()) {
        writer.force();
        head = writer.head();
      }
      ChainVerifier.verify(journal, List.of(head));
    }
  }

  @Test
  void aHeldJournalIsBusyAndNamesItsHolderUntilThatDies() throws Exception {
    fixture.open().close();
    Process child = JournalChild.start(temporary, "hold", 1);
    try (BufferedReader in =
            new BufferedReader(
                new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII));
        H2Journal journal = fixture.open()) {
      assertThat(in.readLine()).isEqualTo("held");
      assertThatExceptionOfType(JournalException.class)
          .isThrownBy(journal::write)
          .withMessageContaining("is held by process " + child.pid())
          .extracting(JournalException::reason)
          .isEqualTo(Reason.BUSY);
      journal.read().close();
      child.destroyForcibly().waitFor();
      journal.write().close();
    } finally {
      child.destroyForcibly().waitFor();
    }
  }
}
