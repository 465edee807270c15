using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Kube1.ApiServer.Auth.Tokens;
using Kube1.ApiServer.Registry;
using Kube1.Cluster.Pki;
using Kube1.Tests.Auth;

namespace Kube1.Tests.Fuzzing;

/// <summary>What strangers send to be let in, and what lists hand out: refused with an answer, never with a failure.</summary>
public sealed class TokenFuzzTests
{
    [Test]
    public void ServiceAccountToken_Any_IsOursOrRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new ServiceAccountTokenIssuer(key, "https://i");
        var verifier = new ServiceAccountTokenVerifier(issuer, () => new FakeObjects(), TimeProvider.System);
        Fuzz.Check(new FuzzTarget(
            "service account token", [.. Corpus.Read("jwt.txt").Select(Jwt), Encoding.ASCII.GetBytes(Signed(issuer))],
            bytes => verifier.Verify(Encoding.Latin1.GetString(bytes), ["https://i"])));
    }

    [Test]
    public void TokenHeader_AnyJson_IsOursOrRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new ServiceAccountTokenIssuer(key, "https://i");
        Fuzz.Check(new FuzzTarget(
            "token header", [.. Corpus.Read("jwtheader.txt"), .. HostileShapes.DeepJson()],
            bytes => Fuzz.Require(issuer.Open($"{Base64Url.EncodeToString(bytes)}.e30.e30") is null, "an unsigned token opens")));
    }

    [Test]
    public void Claims_AnyJson_AreReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "claims", [.. Corpus.Read("claims.txt"), .. HostileShapes.DeepJson()], static bytes =>
        {
            if (JsonWebToken.TryRead($"e30.{Base64Url.EncodeToString(bytes)}.e30") is { } token)
            {
                ServiceAccountClaims.Read(token.Claims);
            }
        }));

    [Test]
    public void ContinueToken_AnyJson_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "continue token", [.. Corpus.Read("continue.txt"), .. HostileShapes.DeepJson()],
        static bytes =>
        {
            var token = ContinueToken.Parse(Base64Url.EncodeToString(bytes));
            Fuzz.Require(ContinueToken.Parse(token.ToString()) == token, $"{token} reads as another");
        }));

    [Test]
    public void ContinueToken_AnyText_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "continue text", [.. Corpus.Read("continue.txt").Select(json => Encoding.ASCII.GetBytes(Base64Url.EncodeToString(json)))],
        static bytes => ContinueToken.Parse(Encoding.UTF8.GetString(bytes))));

    [Test]
    public void JoinToken_Any_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "join token", Corpus.Texts(
            "abcdef.0123456789abcdef", "K10" + new string('a', 64) + "::abcdef.0123456789abcdef", "K10::", "abcdef.0123456789abcdef\n"),
        static bytes =>
        {
            var text = Encoding.UTF8.GetString(bytes);
            BootstrapTokenVerifier.LooksLikeToken(text);
            if (JoinToken.TryParse(text, out var token, out _))
            {
                Fuzz.Require(JoinToken.TryParse(token.ToString(), out var again, out _) && again == token, $"{token} reads as another");
            }
        }));

    // "header|payload|signature" as a token.
    private static byte[] Jwt(byte[] line) => Encoding.ASCII.GetBytes(string.Join(
        '.', Encoding.UTF8.GetString(line).Split('|').Select(part => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part)))));

    private static string Signed(ServiceAccountTokenIssuer issuer) => issuer.Sign(new ServiceAccountClaims
    {
        Issuer = "https://i",
        Audiences = ["https://i"],
        IssuedAt = 1_000_000_000,
        Expires = 4_000_000_000,
        Id = "id",
        Namespace = "ns",
        ServiceAccount = new BoundReference("sa", "uid"),
    });
}
