using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Auth.Oidc;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Auth;

/// <summary>ID tokens of a real HTTPS issuer at the port of a real API server.</summary>
public sealed class OidcTests
{
    private const string WhoAmI = "apis/authentication.k8s.io/v1/selfsubjectreviews";
    private const string Reviews = "apis/authentication.k8s.io/v1/tokenreviews";

    private OidcIssuer _issuer = null!;
    private HttpClient _backchannel = null!;
    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        _issuer = await OidcIssuer.StartAsync();
        _backchannel = OidcBackchannel.Create(_issuer.Authorities);
        await StartAsync(o => o);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _cluster.DisposeAsync();
        _cluster = null!;
        _backchannel.Dispose();
        await _issuer.DisposeAsync();
    }

    [Test]
    public async Task Token_Good_IsTheUserWithPrefixesAndGroups()
    {
        await StartAsync(o => o with { GroupsClaim = "groups", GroupsPrefix = "oidc:" });
        var token = _issuer.Sign(Claims(c => c["groups"] = new JsonArray("dev", "ops")));

        var (code, self) = await _cluster.WithToken(token).SendAsync("POST", WhoAmI, "{}");

        Assert.That(code, Is.EqualTo(201), self.ToJsonString());
        Assert.That(self.Text("status.userInfo.username"), Is.EqualTo(_issuer.Url + "#jane"));
        Assert.That(
            self["status"]!["userInfo"]!["groups"]!.ToJsonString(),
            Is.EqualTo("""["oidc:dev","oidc:ops","system:authenticated"]"""));
        Assert.That(
            self["status"]!["userInfo"]!["extra"]!.ToJsonString(),
            Is.EqualTo("""{"authentication.kubernetes.io/credential-id":["JTI=t1"]}"""));
    }

    [TestCase("sub", null, ExpectedResult = "ISSUER#jane")]
    [TestCase("sub", "-", ExpectedResult = "jane")]
    [TestCase("sub", "corp:", ExpectedResult = "corp:jane")]
    [TestCase("email", null, ExpectedResult = "jane@example.com")]
    public async Task<string> Token_UsernameSettings_MakeTheName(string claim, string? prefix)
    {
        await StartAsync(o => o with { UsernameClaim = claim, UsernamePrefix = prefix });
        var token = _issuer.Sign(Claims(c => c["email"] = "jane@example.com"));

        var (_, self) = await _cluster.WithToken(token).SendAsync("POST", WhoAmI, "{}");

        return self.Text("status.userInfo.username").Replace(_issuer.Url, "ISSUER");
    }

    [TestCase("RS256")]
    [TestCase("RS384")]
    [TestCase("RS512")]
    [TestCase("PS256")]
    [TestCase("PS384")]
    [TestCase("PS512")]
    [TestCase("ES256")]
    [TestCase("ES384")]
    [TestCase("ES512")]
    public async Task Token_EachAlgorithm_InWhenChosenAndOutWhenNot(string algorithm)
    {
        _issuer.AddKey("ES256", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        _issuer.AddKey("ES384", ECDsa.Create(ECCurve.NamedCurves.nistP384));
        _issuer.AddKey("ES512", ECDsa.Create(ECCurve.NamedCurves.nistP521));
        await StartAsync(o => o with { Algorithms = [algorithm] });
        var token = _issuer.Sign(Claims(), algorithm.StartsWith("ES") ? algorithm : "k1", algorithm);
        var chosen = await CodeAsync(token);
        await StartAsync(o => o with { Algorithms = [.. OidcOptions.AllAlgorithms.Where(a => a != algorithm)] });

        Assert.That(chosen, Is.EqualTo(201));
        Assert.That(await CodeAsync(token), Is.EqualTo(401));
    }

    [TestCase("exp", "100", "oidc: verify token: oidc: token is expired (Token Expiry: 1970-01-01 00:01:40 +0000 UTC)")]
    [TestCase("exp", "null", "oidc: verify token: oidc: failed to unmarshal claims: exp is no time")]
    [TestCase("exp", "\"soon\"", "oidc: verify token: oidc: failed to unmarshal claims: exp is no time")]
    [TestCase("nbf", "4102444800",
        "oidc: verify token: oidc: current time 2026-01-01 00:00:00 +0000 UTC before the nbf (not before) time: 2100-01-01 00:00:00 +0000 UTC")]
    [TestCase("aud", "\"other\"", "oidc: verify token: oidc: expected audience \"kube\" got [\"other\"]")]
    [TestCase("aud", "[]", "oidc: verify token: oidc: expected audience \"kube\" got []")]
    [TestCase("sub", "7", "oidc: parse username claims \"sub\": json: cannot unmarshal number into Go value of type string")]
    [TestCase("sub", "\"\"", "oidc: parse username claims \"sub\": empty username is not allowed")]
    [TestCase("groups", "[1]", "oidc: parse groups claim \"groups\": json: cannot unmarshal array into Go value of type string")]
    [TestCase("hd", "\"other.example.com\"",
        "oidc: required claim hd value does not match. Got = other.example.com, want = example.com")]
    public async Task TokenReview_ClaimThatDoesNotDo_SaysWhy(string claim, string value, string error)
    {
        await StartAsync(o => o with
        {
            GroupsClaim = "groups", RequiredClaims = new Dictionary<string, string> { ["hd"] = "example.com" },
        });
        var token = _issuer.Sign(Claims(c =>
        {
            c["hd"] = "example.com";
            c[claim] = JsonNode.Parse(value);
        }));

        var (_, review) = await ReviewAsync(token);

        Assert.That(review.Text("status.authenticated"), Is.Not.EqualTo("true"));
        Assert.That(review.Text("status.error"), Is.EqualTo($"[invalid bearer token, {error}]"));
        Assert.That(await CodeAsync(token), Is.EqualTo(401));
    }

    [TestCase("sub", "oidc: parse username claims \"sub\": claim not present")]
    [TestCase("hd", "oidc: required claim hd not present in ID token")]
    [TestCase("exp", "oidc: verify token: oidc: token is expired (Token Expiry: 0001-01-01 00:00:00 +0000 UTC)")]
    public async Task TokenReview_ClaimMissing_SaysWhich(string claim, string error)
    {
        await StartAsync(o => o with { RequiredClaims = new Dictionary<string, string> { ["hd"] = "example.com" } });
        var claims = Claims(c => c["hd"] = "example.com");
        claims.Remove(claim);

        var (_, review) = await ReviewAsync(_issuer.Sign(claims));

        Assert.That(review.Text("status.error"), Is.EqualTo($"[invalid bearer token, {error}]"));
    }

    [TestCase("true", 201)]
    [TestCase("false", 401)]
    [TestCase("\"true\"", 401)]
    [TestCase(null, 201)]
    public async Task Token_EmailVerified_MustBeTrueWhenItIsThere(string? verified, int expected)
    {
        await StartAsync(o => o with { UsernameClaim = "email" });
        var token = _issuer.Sign(Claims(c =>
        {
            c["email"] = "jane@example.com";
            if (verified is not null)
            {
                c["email_verified"] = JsonNode.Parse(verified);
            }
        }));

        Assert.That(await CodeAsync(token), Is.EqualTo(expected));
    }

    [Test]
    public async Task Token_GroupsElsewhere_Refused()
    {
        await StartAsync(o => o with { GroupsClaim = "groups" });
        var token = _issuer.Sign(Claims(c => c["_claim_names"] = new JsonObject { ["groups"] = "src1" }));

        var (_, review) = await ReviewAsync(token);

        Assert.That(review.Text("status.error"), Is.EqualTo(
            "[invalid bearer token, oidc: could not expand distributed claims: they are not supported]"));
    }

    [Test]
    public async Task Key_Rotated_CountsAfterOneMoreFetchAndTheOldOneNoMore()
    {
        var old = _issuer.Sign(Claims());
        var before = await CodeAsync(old);
        _issuer.AddKey("k2", RSA.Create(2048));
        var fresh = _issuer.Sign(Claims(), "k2");
        var tooSoon = await CodeAsync(fresh);
        _issuer.RemoveKey("k1");
        _cluster.Time.Advance(TimeSpan.FromSeconds(11));
        var after = await CodeAsync(fresh);

        Assert.That(before, Is.EqualTo(201));
        Assert.That(tooSoon, Is.EqualTo(401), "the issuer was asked just before");
        Assert.That(after, Is.EqualTo(201));
        Assert.That(await CodeAsync(old), Is.EqualTo(401));
        Assert.That(_issuer.KeySetRequests, Is.EqualTo(2));
    }

    [Test]
    public async Task Keys_FloodOfUnknownOnes_AsksTheIssuerOnce()
    {
        await CodeAsync(_issuer.Sign(Claims()));
        _cluster.Time.Advance(TimeSpan.FromSeconds(11));
        var http = Enumerable.Range(0, 200).Select(
            i => CodeAsync(_issuer.Sign(Claims(), "k1", "RS256", kid: "made-up-" + i)));

        Assert.That(await Task.WhenAll(http), Is.All.EqualTo(401));
        Assert.That(_issuer.KeySetRequests, Is.EqualTo(2));
    }

    [TestCase("""{"alg":"none"}""", "")]
    [TestCase("""{"alg":"HS256","kid":"k1"}""", "c2lnbmF0dXJl")]
    [TestCase("""{"alg":"RS256","kid":"k1","crit":["b64"],"b64":false}""", null)]
    [TestCase("""{"alg":["RS256"],"kid":"k1"}""", null)]
    [TestCase("""{"alg":"RS256","alg":"none"}""", null)]
    [TestCase("""{"kid":"k1"}""", null)]
    [TestCase("""{"alg":"RS1","kid":"k1"}""", null)]
    [TestCase("""{"alg":"","kid":"k1"}""", null)]
    public async Task Token_HostileHeader_Unauthorized(string header, string? signature)
    {
        var signed = _issuer.Sign(Claims().ToJsonString(), header, "k1", "RS256");
        var token = signature is null ? signed : signed[..(signed.LastIndexOf('.') + 1)] + signature;

        Assert.That(await CodeAsync(token), Is.EqualTo(401));
    }

    [Test]
    public async Task Token_SymmetricWithThePublicKey_Unauthorized()
    {
        // The classic: the public key, which everybody has, as the secret of an HMAC.
        await StartAsync(o => o with { Algorithms = [.. OidcOptions.AllAlgorithms] });
        var text = OidcIssuer.Encode("""{"alg":"HS256","kid":"k1"}""") + "." + OidcIssuer.Encode(Claims().ToJsonString());
        var keys = await _backchannel.GetByteArrayAsync(new Uri(_issuer.Url + "/keys"));
        var mac = System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(keys, System.Text.Encoding.ASCII.GetBytes(text)));

        Assert.That(await CodeAsync($"{text}.{mac}"), Is.EqualTo(401));
    }

    [Test]
    public async Task Token_KeyOfAnotherType_Unauthorized()
    {
        _issuer.AddKey("curve", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        await StartAsync(o => o with { Algorithms = [.. OidcOptions.AllAlgorithms] });

        Assert.That(await CodeAsync(_issuer.Sign(Claims(), "k1", "RS256", kid: "curve")), Is.EqualTo(401));
        Assert.That(await CodeAsync(_issuer.Sign(Claims(), "curve", "ES384")), Is.EqualTo(401));
        Assert.That(await CodeAsync(_issuer.Sign(Claims(), "curve", "ES256")), Is.EqualTo(201));
    }

    [TestCase("not json")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"keys":{}}""")]
    [TestCase("""{"keys":[1,null,{"kty":"oct","k":"AAAA"},{"kty":"RSA","n":"!","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}""")]
    public async Task KeySet_Broken_UnauthorizedAndGoodAgainLater(string keySet)
    {
        _issuer.KeySet = keySet;
        var broken = await ReviewAsync(_issuer.Sign(Claims()));
        _issuer.KeySet = null;
        _cluster.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.That(broken.Body.Text("status.error"), Is.EqualTo("[invalid bearer token, oidc: authenticator not initialized]"));
        Assert.That(await CodeAsync(_issuer.Sign(Claims())), Is.EqualTo(201));
    }

    [Test]
    public async Task Discovery_OfAnotherIssuer_Unauthorized()
    {
        _issuer.Lie = "https://evil.example.com";

        Assert.That(await CodeAsync(_issuer.Sign(Claims())), Is.EqualTo(401));
        Assert.That(_issuer.KeySetRequests, Is.Zero);
    }

    [Test]
    public async Task Token_Cached_EndsWithItsTime()
    {
        var token = _issuer.Sign(Claims(c => c["exp"] = _cluster.Time.GetUtcNow().ToUnixTimeSeconds() + 5));
        var before = await CodeAsync(token);
        _cluster.Time.Advance(TimeSpan.FromSeconds(6));

        Assert.That(before, Is.EqualTo(201));
        Assert.That(await CodeAsync(token), Is.EqualTo(401));
    }

    [Test]
    public async Task TokenReview_OtherAudience_NotAuthenticated()
    {
        var token = _issuer.Sign(Claims());

        var own = await ReviewAsync(token);
        var other = await ReviewAsync(token, """,["vault"]""");

        Assert.That(own.Body.Text("status.user.username"), Is.EqualTo(_issuer.Url + "#jane"));
        Assert.That(own.Body["status"]!["audiences"]!.ToJsonString(), Is.EqualTo(
            """["https://kubernetes.default.svc.cluster.local"]"""));
        Assert.That(other.Body.Text("status.authenticated"), Is.Not.EqualTo("true"));
        Assert.That(other.Body.Text("status.error"), Is.EqualTo("invalid bearer token"));
    }

    private async Task StartAsync(Func<OidcOptions, OidcOptions> configure)
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _cluster = await SecureCluster.StartAsync(secure: o => o with
        {
            Oidc = configure(new OidcOptions
            {
                Issuer = new Uri(_issuer.Url), IssuerText = _issuer.Url, ClientId = "kube", Http = _backchannel,
            }),
        });
    }

    private JsonObject Claims(Action<JsonObject>? change = null)
    {
        var claims = new JsonObject
        {
            ["iss"] = _issuer.Url, ["aud"] = "kube", ["sub"] = "jane", ["jti"] = "t1",
            ["exp"] = _cluster.Time.GetUtcNow().ToUnixTimeSeconds() + 3600,
        };
        change?.Invoke(claims);
        return claims;
    }

    private async Task<int> CodeAsync(string token) => (await _cluster.WithToken(token).SendAsync("POST", WhoAmI, "{}")).Code;

    private Task<(int Code, JsonObject Body)> ReviewAsync(string token, string audiences = "")
    {
        var spec = new JsonObject { ["token"] = token };
        if (audiences.Length > 0)
        {
            spec["audiences"] = JsonNode.Parse(audiences[1..]);
        }

        return _cluster.Admin.SendAsync("POST", Reviews, new JsonObject { ["spec"] = spec }.ToJsonString());
    }
}
