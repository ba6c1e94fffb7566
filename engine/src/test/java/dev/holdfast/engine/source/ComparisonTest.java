package dev.holdfast.engine.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.FileType;
import dev.holdfast.engine.source.Comparison.Bytes;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Instant EXACT = Instant.parse("2026-01-01T00:00:00.000000001Z");
  private static final Instant WHOLE = Instant.parse("2026-01-01T00:00:00Z");
  private static final Comparison USUAL = new Comparison(false, true, SettableTest.ROOT);

  @Test
  void believesSizeAndExactTime() {
    assertThat(USUAL.bytes(file(3, EXACT), file(3, EXACT))).isEqualTo(Bytes.SAME);
    assertThat(USUAL.bytes(file(3, EXACT), file(3, EXACT.plusNanos(1)))).isEqualTo(Bytes.UNKNOWN);
    assertThat(USUAL.bytes(file(3, EXACT), file(4, EXACT))).isEqualTo(Bytes.DIFFERENT);
  }

  @Test
  void doesNotBelieveATimeOfWholeSeconds() {
    assertThat(USUAL.bytes(file(3, WHOLE), file(3, WHOLE))).isEqualTo(Bytes.UNKNOWN);
    assertThat(USUAL.bytes(file(3, WHOLE), file(4, WHOLE))).isEqualTo(Bytes.DIFFERENT);
  }

  @Test
  void believesNoTimeIfBytesAreToBeCompared() {
    Comparison checksum = new Comparison(true, true, SettableTest.ROOT);
    assertThat(checksum.bytes(file(3, EXACT), file(3, EXACT))).isEqualTo(Bytes.UNKNOWN);
  }

  @Test
  void tellsContentFromMetadataAndType() throws IOException {
    Facts wanted = file(3, WHOLE);
    assertThat(USUAL.of(wanted, wanted, () -> true)).isEqualTo(Difference.NONE);
    assertThat(USUAL.of(wanted, wanted, () -> false)).isEqualTo(Difference.CONTENT);
    assertThat(USUAL.of(wanted, file(3, EXACT), () -> true)).isEqualTo(Difference.METADATA);
    assertThat(USUAL.of(wanted, of(FileType.FIFO, 0644, WHOLE), () -> true))
        .isEqualTo(Difference.TYPE);
    assertThat(USUAL.of(link("a", WHOLE), link("b", WHOLE), () -> true))
        .isEqualTo(Difference.CONTENT);
    assertThat(USUAL.of(link("a", WHOLE), link("a", EXACT), () -> true))
        .isEqualTo(Difference.METADATA);
  }

  @Test
  void leavesTimesAloneIfTheyAreNotWanted() {
    Comparison timeless = new Comparison(false, false, SettableTest.ROOT);
    assertThat(timeless.sameMetadata(file(3, EXACT), file(3, WHOLE))).isTrue();
    assertThat(USUAL.sameMetadata(file(3, EXACT), file(3, WHOLE))).isFalse();
  }

  @Test
  void comparesModeOwnerAndAttributes() {
    Facts file = file(3, EXACT);
    assertThat(USUAL.sameMetadata(file, of(FileType.FILE, 0600, EXACT))).isFalse();
    assertThat(USUAL.sameMetadata(file, file.withOwner(1, 0))).isFalse();
    assertThat(USUAL.sameMetadata(file, file.withOwner(0, 1))).isFalse();
    assertThat(USUAL.sameMetadata(file, with(file, "user.x", "1"))).isFalse();
    assertThat(USUAL.sameMetadata(with(file, "user.x", "1"), with(file, "user.x", "1"))).isTrue();
  }

  @Test
  void leavesWhatMayNotBeSetAsItIs() {
    Comparison user = new Comparison(false, true, SettableTest.USER);
    Facts present = with(file(3, EXACT), "trusted.x", "1");
    assertThat(user.sameMetadata(file(3, EXACT), present)).isTrue();
    assertThat(user.kept(with(file(3, EXACT), "user.y", "2"), present).extendedAttributes())
        .containsOnlyKeys("trusted.x", "user.y");
    assertThat(USUAL.sameMetadata(file(3, EXACT), present)).isFalse();
  }

  @Test
  void leavesAnotherUsersFileItsOwner() {
    Comparison user = new Comparison(false, true, SettableTest.USER);
    Facts wanted = file(3, EXACT).withOwner(1000, 1000);
    assertThat(user.sameMetadata(wanted, file(3, EXACT).withOwner(0, 0))).isTrue();
    assertThat(user.sameMetadata(wanted, file(3, EXACT).withOwner(1000, 27))).isFalse();
    assertThat(USUAL.sameMetadata(wanted, file(3, EXACT).withOwner(0, 0))).isFalse();
  }

  @Test
  void keepsALabelThatTheSourceDoesNotSpeakOf() {
    Facts present = with(file(3, EXACT), "security.selinux", "etc_t");
    assertThat(USUAL.sameMetadata(file(3, EXACT), present)).isTrue();
    assertThat(USUAL.sameMetadata(with(file(3, EXACT), "security.selinux", "bin_t"), present))
        .isFalse();
  }

  private static Facts file(long size, Instant modified) {
    return of(FileType.FILE, 0644, modified)
        .withContent(size, ContentDigest.of(new byte[32]))
        .withDigest(null);
  }

  private static Facts link(String target, Instant modified) {
    return new Facts(
        FileType.SYMLINK,
        0,
        0,
        0,
        0,
        modified,
        null,
        ByteString.of(TarBytes.bytes(target)),
        null,
        0,
        new TreeMap<>());
  }

  private static Facts of(FileType type, int mode, Instant modified) {
    return new Facts(type, mode, 0, 0, 0, modified, null, null, null, 0, new TreeMap<>());
  }

  private static Facts with(Facts facts, String attribute, String value) {
    SortedMap<String, ByteString> attributes = new TreeMap<>(facts.extendedAttributes());
    attributes.put(attribute, ByteString.of(TarBytes.bytes(value)));
    return facts.withExtendedAttributes(attributes);
  }
}
