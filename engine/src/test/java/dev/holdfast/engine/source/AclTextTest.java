package dev.holdfast.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.HexFormat;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AclTextTest {
  /** As setfacl(1) and the kernel make it of {@code u:joe:r,g:mail:rx}. */
  private static final String KERNELS =
      "02000000"
          + "01000600ffffffff"
          + "02000400ed030000"
          + "04000400ffffffff"
          + "0800050008000000"
          + "10000500ffffffff"
          + "20000400ffffffff";

  private final AclText acls =
      new AclText(
          new Accounts() {
            @Override
            public OptionalInt user(String name) {
              return name.equals("joe") ? OptionalInt.of(1005) : OptionalInt.empty();
            }

            @Override
            public OptionalInt group(String name) {
              return name.equals("mail") ? OptionalInt.of(8) : OptionalInt.empty();
            }
          });

  @Test
  void readsTheFormsThatTarAndStarWrite() throws IOException {
    String gnu = "user::rw-\nuser:joe:r--\ngroup::r--\ngroup:mail:r-x\nmask::r-x\nother::r--\n";
    String star = "user::rw-,user:joe:r--:1005,group::r--,group:mail:r-x:8,mask::r-x,other::r--";
    String numeric = "user::rw-,user:1005:r--,group::r--,group:8:r-x,mask::r-x,other::r--";
    String unordered = "other:r--,mask:r-x,g:mail:r-x,u:joe:r--,g::r--,u::rw-";
    String commented = "user::rw- # owner\nuser:joe:r--\t#effective:r--\n" + gnu.substring(23);
    for (String text : new String[] {gnu, star, numeric, unordered, commented}) {
      assertThat(hex(text)).as(text).isEqualTo(KERNELS);
    }
  }

  @Test
  void prefersTheNumberToTheName() throws IOException {
    assertThat(hex("user::rw-,user:ann:r--:1005,group::r--,group:mail:r-x,mask::r-x,other::r--"))
        .isEqualTo(KERNELS);
  }

  @Test
  void dropsAnAccessListThatSaysNoMoreThanTheMode() throws IOException {
    String base = "user::rw-,group::r--,other::r--";
    assertThat(acls.readAccess(bytes(base))).isEmpty();
    assertThat(acls.readDefault(bytes(base)).length()).isEqualTo(28);
    assertThat(acls.readDefault(bytes("default:user::rw-,default:group::r--,default:other::r--")))
        .isEqualTo(acls.readDefault(bytes(base)));
  }

  @Test
  void refusesWhatIsNoList() {
    for (String text :
        new String[] {
          "",
          "user::rw-",
          "user::rw-,group::r--,other::r--,user:joe:r--",
          "user::rw-,user::rw-,group::r--,other::r--",
          "user::rq-,group::r--,other::r--",
          "owner::rw-,group::r--,other::r--",
          "user:joe:r--:4294967295,user::rw-,group::r--,mask::r--,other::r--",
          "a:b:c:d:e"
        }) {
      assertThatThrownBy(() -> acls.readAccess(bytes(text)))
          .as(text)
          .isInstanceOf(BadArchiveException.class);
    }
  }

  private String hex(String text) throws IOException {
    return HexFormat.of().formatHex(acls.readAccess(bytes(text)).orElseThrow().bytes());
  }

  private static ByteString bytes(String text) {
    return ByteString.of(TarBytes.bytes(text));
  }
}
