package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.ChainEntry;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.JournalView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody who has our code, and may write the journal's files, changes records, removes, inserts
 * and reorders them, cuts the newest off: every checksum is right again afterwards. Without the
 * hashes made anew the chain says so, with them an anchor does.
 */
final class TamperTest {
  @TempDir private Path temporary;
  private JournalFixture fixture;
  private ChainHead anchor;
  private ChainHead early;

  /** One record with its hash, and the plan beside it. */
  private static final class Value {
    private final byte[] record;
    private final byte[] plan;

    Value(byte[] record, byte[] plan) {
      this.record = record;
      this.plan = plan;
    }

    byte[] record() {
      return record;
    }

    byte[] plan() {
      return plan;
    }

    JournalRecord decoded(long number) throws IOException {
      return RecordCodec.decode(number, record, EpochStore.DIGEST_LENGTH);
    }
  }

  @BeforeEach
  void keepAJournalAndItsAnchors() throws IOException {
    fixture = new JournalFixture(temporary);
    try (H2Journal journal = H2Journal.open(LinuxDisk.create(), fixture.directory)) {
      fixture.run(journal, 3);
      try (JournalView view = journal.read()) {
        early = view.head();
      }
      fixture.run(journal, 4);
      try (JournalView view = journal.read()) {
        anchor = view.head();
      }
    }
  }

  private void verify(Collection<ChainHead> anchors) throws IOException {
    try (H2Journal journal = H2Journal.open(LinuxDisk.create(), fixture.directory)) {
      journal.verify(anchors);
    }
  }

  private void assertDamaged(Collection<ChainHead> anchors) {
    assertThatThrownBy(() -> verify(anchors))
        .isInstanceOfSatisfying(
            JournalException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
  }

  /** The values of all records, in order. */
  private List<Value> values() throws IOException {
    List<Value> values = new ArrayList<>();
    try (var directory = journalDirectory();
        var store =
            EpochStore.open(
                EpochFile.open(directory.openToRead(EntryName.of("epoch-000001")), "test"),
                false)) {
      for (long number = 1; number <= store.lastNumber(); number++) {
        byte[] head = store.headAt(number);
        byte[] canonical = store.canonical(number);
        byte[] value = Arrays.copyOf(head, head.length + canonical.length);
        System.arraycopy(canonical, 0, value, head.length, canonical.length);
        values.add(new Value(value, store.plan(number).orElse(new byte[0])));
      }
    }
    return values;
  }

  private Directory journalDirectory() throws IOException {
    return LinuxDisk.create().openDirectory(fixture.directory.resolve(EntryName.of("journal")));
  }

  /** Writes the epoch anew with these values, each chunk with the right checksum. */
  private void writeAsTheyAre(List<Value> values) throws IOException {
    try (var directory = journalDirectory()) {
      EpochLabel label;
      try (var old = directory.openToRead(EntryName.of("epoch-000001"))) {
        label = EpochFile.label(old, "test");
      }
      Path path = fixture.epoch(1);
      List<long[]> indexKeys = new ArrayList<>();
      List<byte[]> indexValues = new ArrayList<>();
      readIndex(directory, indexKeys, indexValues);
      Files.delete(path);
      var file = directory.create(EntryName.of("epoch-000001"), 0600);
      EpochFile created = EpochFile.create(file, "test", label);
      String token = ChecksummedFilePath.register(new ChecksummedFile(created, true));
      MVStore store =
          new MVStore.Builder()
              .fileName(token)
              .autoCommitDisabled()
              .autoCommitBufferSize(0)
              .pageSplitSize(768)
              .open();
      store.setReuseSpace(false);
      store.setRetentionTime(0);
      store.setVersionsToKeep(0);
      MVMap<Long, byte[]> records = map(store, "records");
      for (int i = 0; i < values.size(); i++) {
        records.put((i + 1) * 8L, values.get(i).record());
        if (values.get(i).plan().length > 0) {
          records.put((i + 1) * 8L + 1, values.get(i).plan());
        }
      }
      MVMap<Long, byte[]> index = map(store, "index");
      for (int i = 0; i < indexKeys.size(); i++) {
        index.put(indexKeys.get(i)[0], indexValues.get(i));
      }
      store.commit();
      created.force();
      store.closeImmediately();
      ChecksummedFilePath.forget(token);
      file.close();
    }
  }

  private static void readIndex(Directory directory, List<long[]> keys, List<byte[]> values)
      throws IOException {
    try (var file = directory.openToRead(EntryName.of("epoch-000001"))) {
      String token =
          ChecksummedFilePath.register(new ChecksummedFile(EpochFile.open(file, "test"), false));
      MVStore store = new MVStore.Builder().fileName(token).readOnly().open();
      map(store, "index")
          .forEach((key, value) -> {
            keys.add(new long[] {key});
            values.add(value);
          });
      store.closeImmediately();
      ChecksummedFilePath.forget(token);
    }
  }

  private static MVMap<Long, byte[]> map(MVStore store, String name) {
    return store.openMap(
        name,
        new MVMap.Builder<Long, byte[]>()
            .keyType(LongDataType.INSTANCE)
            .valueType(ByteArrayDataType.INSTANCE));
  }

  /** Makes numbers and hashes anew, as if these records had always been there. */
  private static List<Value> rehashed(List<Value> values, List<Long> numbers) throws IOException {
    List<Value> fresh = new ArrayList<>();
    byte[] head = new byte[EpochStore.DIGEST_LENGTH];
    for (int i = 0; i < values.size(); i++) {
      JournalRecord record = values.get(i).decoded(numbers.get(i));
      byte[] canonical = RecordCodec.encode(i + 1, record);
      head = EpochStore.chain(head, canonical, 0);
      byte[] value = Arrays.copyOf(head, head.length + canonical.length);
      System.arraycopy(canonical, 0, value, head.length, canonical.length);
      fresh.add(new Value(value, values.get(i).plan()));
    }
    return fresh;
  }

  /** Changes the list of records and of the numbers that they had. */
  private void tamper(Consumer<List<Value>> change, boolean withHashes) throws IOException {
    List<Value> before = values();
    List<Value> values = new ArrayList<>(before);
    change.accept(values);
    if (withHashes) {
      List<Long> numbers = values.stream().map(value -> numberIn(before, value)).toList();
      writeAsTheyAre(rehashed(values, numbers));
    } else {
      writeAsTheyAre(values);
    }
  }

  /** A changed or inserted one carries the number of the one it was made of. */
  private static long numberIn(List<Value> before, Value value) {
    for (int i = 0; i < before.size(); i++) {
      if (Arrays.equals(before.get(i).record(), 0, 32, value.record(), 0, 32)) {
        return i + 1L;
      }
    }
    throw new AssertionError("a record of nowhere");
  }

  /** Another user did it. */
  private static Value changed(Value value) {
    byte[] bytes = value.record().clone();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = text.indexOf("host.example");
    assertThat(at).isPositive();
    bytes[at] = 'm';
    return new Value(bytes, value.plan());
  }

  /** Record 1 is the epoch's, 2 to 4 are the first transaction's. */
  private static final int SECOND = 4;

  private static void change(List<Value> values) {
    values.set(SECOND, changed(values.get(SECOND)));
  }

  private static void remove(List<Value> values) {
    values.subList(SECOND, SECOND + 3).clear();
  }

  private static void insert(List<Value> values) {
    Value end = values.get(SECOND + 2);
    values.add(SECOND + 3, new Value(end.record().clone(), end.plan()));
  }

  private static void reorder(List<Value> values) {
    Collections.swap(values, SECOND + 2, SECOND + 3);
  }

  private static void cut(List<Value> values) {
    values.subList(values.size() - 3, values.size()).clear();
  }

  @Test
  void writtenAnewAsItWasItIsWhole() throws IOException {
    writeAsTheyAre(values());
    verify(List.of(early, anchor));
    tamper(_ -> {}, true);
    verify(List.of(early, anchor));
  }

  @Test
  void aChangedRecordIsFound() throws IOException {
    tamper(TamperTest::change, false);
    assertDamaged(List.of());
  }

  @Test
  void aRemovedTransactionIsFound() throws IOException {
    tamper(TamperTest::remove, false);
    assertDamaged(List.of());
  }

  @Test
  void anInsertedRecordIsFound() throws IOException {
    tamper(TamperTest::insert, false);
    assertDamaged(List.of());
  }

  @Test
  void reorderedRecordsAreFound() throws IOException {
    tamper(TamperTest::reorder, false);
    assertDamaged(List.of());
  }

  @Test
  void aChangedPlanIsFound() throws IOException {
    tamper(
        values -> {
          Value decided = values.get(SECOND + 1);
          byte[] plan = decided.plan().clone();
          plan[plan.length - 1] ^= 1;
          values.set(SECOND + 1, new Value(decided.record(), plan));
        },
        false);
    assertDamaged(List.of());
  }

  @Test
  void aChangedRecordWithItsHashesMadeAnewIsFoundByAnAnchor() throws IOException {
    tamper(TamperTest::change, true);
    verify(List.of()); // nothing in the file itself can tell
    assertDamaged(List.of(early));
    assertDamaged(List.of(anchor));
  }

  @Test
  void otherRecordsWithTheirHashesMadeAnewAreFoundByAnAnchor() throws IOException {
    for (Consumer<List<Value>> change :
        List.<Consumer<List<Value>>>of(
            TamperTest::remove, TamperTest::insert, TamperTest::reorder)) {
      byte[] whole = Files.readAllBytes(fixture.epoch(1));
      tamper(change, true);
      assertDamaged(List.of(anchor));
      Files.write(fixture.epoch(1), whole);
    }
  }

  @Test
  void aTailThatWasCutOffIsFoundByAnAnchor() throws IOException {
    tamper(TamperTest::cut, true);
    assertDamaged(List.of(anchor));
    assertDamaged(List.of(early, anchor));
  }

  @Test
  void everyEarlierAnchorAgreesWithAWholeJournal() throws IOException {
    List<ChainHead> heads = new ArrayList<>();
    try (H2Journal journal = H2Journal.open(LinuxDisk.create(), fixture.directory);
        JournalView view = journal.read()) {
      view.entries(1).forEachRemaining(entry -> heads.add(entry.head()));
    }
    assertThat(heads).contains(early).last().isEqualTo(anchor);
    verify(heads);
  }

  /**
   * The second checker: H2 alone, a hash, and nothing of ours but the page that says how. Reads the
   * files as docs/journal-format.md has them.
   */
  @Test
  void plainH2AndAHashFindTheSameHead() throws Exception {
    byte[] head = new byte[32];
    long number = 0;
    try (MVStore store =
        new MVStore.Builder().fileName(fixture.epoch(1).toString()).readOnly().open()) {
      MVMap<Long, byte[]> records = map(store, "records");
      for (Long key = 8L; records.containsKey(key); key += 8, number++) {
        byte[] value = records.get(key);
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        sha.update(head);
        sha.update(value, 32, value.length - 32);
        head = sha.digest();
        assertThat(head).isEqualTo(Arrays.copyOf(value, 32));
      }
    }
    assertThat(number).isEqualTo(anchor.records());
    assertThat(head).isEqualTo(anchor.digest().bytes().bytes());
  }

  @Test
  void sealedEpochsAreCheckedAlone() throws IOException {
    JournalFixture small = new JournalFixture(temporary.resolve("small"));
    Files.createDirectory(temporary.resolve("small"));
    ChainHead last;
    UUID journal;
    try (H2Journal open = small.open()) {
      small.run(open, 40);
      journal = open.id();
      try (JournalView view = open.read()) {
        last = view.head();
        assertThat(view.entries(1)).toIterable().map(ChainEntry::epoch).contains(2, 3);
      }
    }
    Path archive = Files.createDirectory(temporary.resolve("archive"));
    for (int epoch = 1; epoch <= 2; epoch++) {
      Files.copy(small.epoch(epoch), archive.resolve("epoch-" + epoch));
    }
    List<AbsolutePath> copies =
        List.of(path(archive.resolve("epoch-1")), path(archive.resolve("epoch-2")));

    List<SealedEpochs.Checked> checked =
        SealedEpochs.check(LinuxDisk.create(), copies, Map.of(journal, List.of(last)));
    assertThat(checked).extracting(SealedEpochs.Checked::epoch).containsExactly(1, 2);
    assertThat(checked.get(1).before()).isEqualTo(checked.get(0).head());

    ChainHead wrong = new ChainHead(checked.get(0).head().records(), last.digest());
    assertThatThrownBy(
            () -> SealedEpochs.check(LinuxDisk.create(), copies, Map.of(journal, List.of(wrong))))
        .hasMessageContaining("not the one anchored");
    assertThat(
            SealedEpochs.check(
                LinuxDisk.create(), copies, Map.of(UUID.randomUUID(), List.of(wrong))))
        .isEqualTo(checked);

    assertThatThrownBy(() ->
            SealedEpochs.check(
                LinuxDisk.create(), copies.subList(1, 2), Map.of(journal, List.of(wrong))))
        .hasMessageContaining("does not go on from the record anchored");

    byte[] bytes = Files.readAllBytes(archive.resolve("epoch-1"));
    bytes[bytes.length / 2] ^= 1;
    Files.write(archive.resolve("epoch-1"), bytes);
    assertThatThrownBy(() -> SealedEpochs.check(LinuxDisk.create(), copies, Map.of()))
        .isInstanceOf(JournalException.class);
  }

  private static AbsolutePath path(Path path) {
    return AbsolutePath.of(path.toString());
  }
}
