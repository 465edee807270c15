using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth.Tokens;

namespace Kube1.Tests.Auth;

[TestFixture]
public sealed class ServiceAccountTokenTests
{
    private const string Issuer = "https://kubernetes.default.svc.cluster.local";
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private FakeObjects _objects = new();
    private ServiceAccountTokenIssuer _issuer = null!;

    [SetUp]
    public void SetUp()
    {
        _objects = new FakeObjects(
            FakeObjects.Named(new V1ServiceAccount(), "ns", "sa", "sa-uid"),
            FakeObjects.Named(new V1Pod(), "ns", "p", "pod-uid"));
        _issuer = new ServiceAccountTokenIssuer(_key, Issuer);
    }

    [OneTimeTearDown]
    public void TearDown() => _key.Dispose();

    [Test]
    public void Verify_BoundToken_NamesAccountAndPod()
    {
        var result = Verify(_issuer.Sign(Claims()), Start);

        Assert.That(result.Error, Is.Empty);
        Assert.That(result.User!.Name, Is.EqualTo("system:serviceaccount:ns:sa"));
        Assert.That(result.User.Groups, Is.EqualTo((string[])[
            "system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"]));
        Assert.That(result.User.Extra["authentication.kubernetes.io/pod-name"], Is.EqualTo((string[])["p"]));
        Assert.That(result.User.Extra["authentication.kubernetes.io/credential-id"], Is.EqualTo((string[])["JTI=id"]));
    }

    [Test]
    public void Verify_AfterExpiry_Fails()
    {
        var token = _issuer.Sign(Claims());

        // Clocks differ: a minute is allowed for that, as upstream.
        Assert.That(Verify(token, Start.AddSeconds(660)).User, Is.Not.Null);
        Assert.That(
            Verify(token, Start.AddSeconds(661)).Error,
            Is.EqualTo("[invalid bearer token, service account token has expired]"));
    }

    [Test]
    public void Verify_TokenMadeLong_IsNotRemembered()
    {
        var verifier = new ServiceAccountTokenVerifier(_issuer, () => _objects, new FixedClock(Start));
        string[] audiences = [Issuer, .. Enumerable.Range(0, 1000).Select(i => "audience-" + i)];

        Assert.That(verifier.Verify(_issuer.Sign(Claims() with { Audiences = audiences }), [Issuer]).User, Is.Not.Null);
        Assert.That(verifier.Remembered, Is.Zero);
        Assert.That(verifier.Verify(_issuer.Sign(Claims()), [Issuer]).User, Is.Not.Null);
        Assert.That(verifier.Remembered, Is.EqualTo(1));
    }

    [Test]
    public void Verify_OtherAudience_Fails()
    {
        var result = Verify(_issuer.Sign(Claims() with { Audiences = ["vault"] }), Start);

        Assert.That(result.User, Is.Null);
        Assert.That(result.Error, Does.Contain("is invalid for the target audiences"));
    }

    [Test]
    public void Verify_PodGone_Fails()
    {
        var token = _issuer.Sign(Claims());
        _objects.All.RemoveAll(o => o is V1Pod);

        Assert.That(
            Verify(token, Start).Error, Is.EqualTo("[invalid bearer token, service account token has been invalidated]"));
    }

    [Test]
    public void Verify_PodAndAccountRecreated_Fails()
    {
        var token = _issuer.Sign(Claims());
        _objects.All.OfType<V1Pod>().Single().Metadata.Uid = "other";
        Assert.That(Verify(token, Start).Error, Does.Contain("pod UID (other) does not match"));

        _objects.All.OfType<V1ServiceAccount>().Single().Metadata.Uid = "other";
        Assert.That(Verify(token, Start).Error, Does.Contain("service account UID (other) does not match claim (sa-uid)"));
    }

    [Test]
    public void Verify_ForeignKey_Fails()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.That(Verify(new ServiceAccountTokenIssuer(other, Issuer).Sign(Claims()), Start).User, Is.Null);
    }

    [Test]
    public void Verify_AnyByteChanged_Fails()
    {
        var token = _issuer.Sign(Claims());
        for (var i = 0; i < token.Length - 1; i += 7)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.That(Verify(new string(changed), Start).User, Is.Null, $"byte {i}");
        }
    }

    [TestCase("""{"alg":"none"}""")]
    [TestCase("""{"alg":"HS256"}""")]
    [TestCase("[]")]
    [TestCase("{")]
    public void Verify_OtherAlgorithm_Fails(string header)
    {
        var parts = _issuer.Sign(Claims()).Split('.');
        var forged = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(header));

        Assert.That(Verify($"{forged}.{parts[1]}.{parts[2]}", Start).User, Is.Null);
        Assert.That(Verify($"{forged}.{parts[1]}.", Start).User, Is.Null);
    }

    [Test]
    public void KeySetJson_PublishedKey_VerifiesATokenOnItsOwn()
    {
        var key = JsonNode.Parse(_issuer.KeySetJson())!["keys"]![0]!;
        using var published = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Decode("x"), Y = Decode("y") },
        });
        var token = _issuer.Sign(Claims());
        var last = token.LastIndexOf('.');

        Assert.That(published.VerifyData(
            System.Text.Encoding.ASCII.GetBytes(token[..last]),
            System.Buffers.Text.Base64Url.DecodeFromChars(token.AsSpan(last + 1)), HashAlgorithmName.SHA256), Is.True);

        byte[] Decode(string name) => System.Buffers.Text.Base64Url.DecodeFromChars((string)key[name]!);
    }

    private static ServiceAccountClaims Claims() => new()
    {
        Issuer = Issuer,
        Audiences = [Issuer],
        IssuedAt = Start.ToUnixTimeSeconds(),
        Expires = Start.ToUnixTimeSeconds() + 600,
        Id = "id",
        Namespace = "ns",
        ServiceAccount = new BoundReference("sa", "sa-uid"),
        Pod = new BoundReference("p", "pod-uid"),
    };

    private TokenVerification Verify(string token, DateTimeOffset now) =>
        new ServiceAccountTokenVerifier(_issuer, () => _objects, new FixedClock(now)).Verify(token, [Issuer]);
}

internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
