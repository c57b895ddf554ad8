#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "gort/tests/hostile/hostile.h"
#include "gtest/gtest.h"

// Their types, of which only the names matter here.
struct BIO;
struct EVP_CIPHER;
struct EVP_CIPHER_CTX;
struct SSL;
struct SSL_CTX;
struct SSL_METHOD;

namespace gort::hostile {
namespace {

using Bytes = unsigned char;

// ---- libcrypto ------------------------------------------------------------------------------------------------------------

struct Crypto {
  explicit Crypto(const Library& l)
      : sha256(l.Function<Bytes*(const Bytes*, std::size_t, Bytes*)>("SHA256")),
        aes_256_gcm(l.Function<const EVP_CIPHER*()>("EVP_aes_256_gcm")),
        context(l.Function<EVP_CIPHER_CTX*()>("EVP_CIPHER_CTX_new")),
        free(l.Function<void(EVP_CIPHER_CTX*)>("EVP_CIPHER_CTX_free")),
        init(l.Function<int(EVP_CIPHER_CTX*, const EVP_CIPHER*, void*, const Bytes*, const Bytes*, int)>("EVP_CipherInit_ex")),
        update(l.Function<int(EVP_CIPHER_CTX*, Bytes*, int*, const Bytes*, int)>("EVP_CipherUpdate")),
        final(l.Function<int(EVP_CIPHER_CTX*, Bytes*, int*)>("EVP_CipherFinal_ex")),
        control(l.Function<int(EVP_CIPHER_CTX*, int, int, void*)>("EVP_CIPHER_CTX_ctrl")) {}

  Bytes* (*const sha256)(const Bytes*, std::size_t, Bytes*);
  const EVP_CIPHER* (*const aes_256_gcm)();
  EVP_CIPHER_CTX* (*const context)();
  void (*const free)(EVP_CIPHER_CTX*);
  int (*const init)(EVP_CIPHER_CTX*, const EVP_CIPHER*, void*, const Bytes* key, const Bytes* iv, int encrypt);
  int (*const update)(EVP_CIPHER_CTX*, Bytes*, int*, const Bytes*, int);
  int (*const final)(EVP_CIPHER_CTX*, Bytes*, int*);
  int (*const control)(EVP_CIPHER_CTX*, int, int, void*);
};

constexpr int kGetTag = 0x10;
constexpr int kSetTag = 0x11;
constexpr int kTagBytes = 16;

// AES-256-GCM, one way or the other, in two updates with a turn for others in between. False: the tag is wrong, or a call failed.
bool Cipher(const Crypto& crypto, bool encrypt, const Bytes* key, const std::string& from, std::string* to, std::array<Bytes, kTagBytes>* tag) {
  const std::array<Bytes, 12> iv = {};
  EVP_CIPHER_CTX* context = crypto.context();
  to->resize(from.size());
  const auto* in = reinterpret_cast<const Bytes*>(from.data());
  auto* out = reinterpret_cast<Bytes*>(to->data());
  const int half = static_cast<int>(from.size() / 2);
  int n = 0;
  bool good = crypto.init(context, crypto.aes_256_gcm(), nullptr, key, iv.data(), encrypt ? 1 : 0) == 1;
  good = good && crypto.update(context, out, &n, in, half) == 1 && n == half;
  Gosched();
  good = good && crypto.update(context, out + half, &n, in + half, static_cast<int>(from.size()) - half) == 1;
  if (!encrypt) good = good && crypto.control(context, kSetTag, kTagBytes, tag->data()) == 1;
  good = good && crypto.final(context, out + from.size(), &n) == 1;
  if (encrypt) good = good && crypto.control(context, kGetTag, kTagBytes, tag->data()) == 1;
  crypto.free(context);
  return good;
}

TEST(OpenSSL, DigestsAndCiphersAreRight) {
  const Library library("libcrypto.so.3");
  if (!library) GTEST_SKIP() << "skipped: no libcrypto.so.3 here (apt-get install libssl3)";
  const Crypto crypto(library);
  const int failures = CountFailures("libcrypto", [&](int i) {
    std::array<Bytes, 32> of_abc;
    crypto.sha256(reinterpret_cast<const Bytes*>("abc"), 3, of_abc.data());
    const std::array<Bytes, 4> begin = {0xba, 0x78, 0x16, 0xbf};  // FIPS 180-4's example
    if (!std::equal(begin.begin(), begin.end(), of_abc.begin())) return false;
    const std::string text(static_cast<std::size_t>(1000 + i), static_cast<char>('a' + i % 26));
    std::string secret, back;
    std::array<Bytes, kTagBytes> tag;
    if (!Cipher(crypto, true, of_abc.data(), text, &secret, &tag) || secret == text) return false;
    if (!Cipher(crypto, false, of_abc.data(), secret, &back, &tag) || back != text) return false;
    tag[0] ^= 1;
    return !Cipher(crypto, false, of_abc.data(), secret, &back, &tag);
  });
  EXPECT_EQ(failures, 0);
}

// ---- libssl ---------------------------------------------------------------------------------------------------------------

struct Tls {
  Tls(const Library& ssl, const Library& crypto)
      : method(ssl.Function<const SSL_METHOD*()>("TLS_method")),
        context(ssl.Function<SSL_CTX*(const SSL_METHOD*)>("SSL_CTX_new")),
        free_context(ssl.Function<void(SSL_CTX*)>("SSL_CTX_free")),
        control(ssl.Function<long(SSL_CTX*, int, long, void*)>("SSL_CTX_ctrl")),
        ciphers(ssl.Function<int(SSL_CTX*, const char*)>("SSL_CTX_set_cipher_list")),
        make(ssl.Function<SSL*(SSL_CTX*)>("SSL_new")),
        free(ssl.Function<void(SSL*)>("SSL_free")),
        set_bio(ssl.Function<void(SSL*, BIO*, BIO*)>("SSL_set_bio")),
        connects(ssl.Function<void(SSL*)>("SSL_set_connect_state")),
        accepts(ssl.Function<void(SSL*)>("SSL_set_accept_state")),
        handshake(ssl.Function<int(SSL*)>("SSL_do_handshake")),
        error(ssl.Function<int(const SSL*, int)>("SSL_get_error")),
        read(ssl.Function<int(SSL*, void*, int)>("SSL_read")),
        write(ssl.Function<int(SSL*, const void*, int)>("SSL_write")),
        bio_pair(crypto.Function<int(BIO**, std::size_t, BIO**, std::size_t)>("BIO_new_bio_pair")) {}

  const SSL_METHOD* (*const method)();
  SSL_CTX* (*const context)(const SSL_METHOD*);
  void (*const free_context)(SSL_CTX*);
  long (*const control)(SSL_CTX*, int, long, void*);
  int (*const ciphers)(SSL_CTX*, const char*);
  SSL* (*const make)(SSL_CTX*);
  void (*const free)(SSL*);
  void (*const set_bio)(SSL*, BIO*, BIO*);
  void (*const connects)(SSL*);
  void (*const accepts)(SSL*);
  int (*const handshake)(SSL*);
  int (*const error)(const SSL*, int);
  int (*const read)(SSL*, void*, int);
  int (*const write)(SSL*, const void*, int);
  int (*const bio_pair)(BIO**, std::size_t, BIO**, std::size_t);
};

constexpr int kSetMaxVersion = 124;  // SSL_CTRL_SET_MAX_PROTO_VERSION
constexpr long kTls12 = 0x0303;
constexpr int kWantRead = 2;

// One step of a handshake. OpenSSL keeps why a call failed with the thread: so who asks must not have been moved in between.
bool Step(const Tls& tls, SSL* side, bool* finished) {
  const int result = tls.handshake(side);
  *finished = result == 1;
  return result == 1 || tls.error(side, result) == kWantRead;
}

bool Talk(const Tls& tls, SSL_CTX* context, int i) {
  BIO* client_end = nullptr;
  BIO* server_end = nullptr;
  if (tls.bio_pair(&client_end, 0, &server_end, 0) != 1) return false;
  SSL* client = tls.make(context);
  SSL* server = tls.make(context);
  tls.set_bio(client, client_end, client_end);
  tls.set_bio(server, server_end, server_end);
  tls.connects(client);
  tls.accepts(server);
  bool client_ready = false;
  bool server_ready = false;
  bool good = true;
  while (good && !(client_ready && server_ready)) {
    good = Step(tls, client, &client_ready);
    Gosched();
    good = good && Step(tls, server, &server_ready);
    Gosched();
  }
  const std::string said = "goroutine " + std::to_string(i);
  const int size = static_cast<int>(said.size());
  std::string heard(said.size(), '\0');
  good = good && tls.write(client, said.data(), size) == size;
  Gosched();
  good = good && tls.read(server, heard.data(), size) == size && heard == said;
  tls.free(client);
  tls.free(server);
  return good;
}

TEST(OpenSSL, TlsConnectionsAreMadeAndSpeak) {
  const Library ssl("libssl.so.3");
  const Library crypto("libcrypto.so.3");
  if (!ssl || !crypto) GTEST_SKIP() << "skipped: no libssl.so.3 here (apt-get install libssl3)";
  const Tls tls(ssl, crypto);
  SSL_CTX* context = tls.context(tls.method());
  tls.control(context, kSetMaxVersion, kTls12, nullptr);
  ASSERT_EQ(tls.ciphers(context, "AECDH-AES256-SHA:@SECLEVEL=0"), 1);  // without certificates, of which we have none
  EXPECT_EQ(CountFailures("libssl", [&](int i) { return Talk(tls, context, i); }), 0);
  tls.free_context(context);
}

}  // namespace
}  // namespace gort::hostile
