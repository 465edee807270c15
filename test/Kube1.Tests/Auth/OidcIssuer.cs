using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Cluster.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kube1.Tests.Auth;

/// <summary>An OpenID Connect issuer: a real HTTPS server with a discovery document, a key set, and keys to sign with.</summary>
internal sealed class OidcIssuer : IAsyncDisposable
{
    private readonly CertificateAuthority _authority;
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _server;
    private readonly Dictionary<string, AsymmetricAlgorithm> _keys = [];
    private int _keySetRequests;

    private OidcIssuer()
    {
        _authority = CertificateAuthority.Create("issuer-ca", TimeProvider.System);
        using var issued = _authority.IssueServing("issuer", [], ["localhost"], [IPAddress.Loopback]);
        _certificate = X509CertificateLoader.LoadPkcs12(issued.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate)));
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>The issuer's address.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The CA of its certificate.</summary>
    public X509Certificate2Collection Authorities => [_authority.Certificate];

    /// <summary>What "issuer" the discovery document says instead; null for the truth.</summary>
    public string? Lie { get; set; }

    /// <summary>The whole key set instead of one made from the keys; null for none.</summary>
    public string? KeySet { get; set; }

    /// <summary>How often the key set was asked for.</summary>
    public int KeySetRequests => Volatile.Read(ref _keySetRequests);

    // Making one takes longer than a test.
    private static readonly RSAParameters FirstKey = NewKey();

    public static async Task<OidcIssuer> StartAsync()
    {
        var issuer = new OidcIssuer();
        await issuer._server.StartAsync();
        issuer.Url = issuer._server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.Single().TrimEnd('/');
        issuer.AddKey("k1", RSA.Create(FirstKey));
        return issuer;
    }

    /// <summary>Publishes a key.</summary>
    public void AddKey(string id, AsymmetricAlgorithm key) => _keys[id] = key;

    /// <summary>Withdraws a key.</summary>
    public void RemoveKey(string id) => _keys.Remove(id);

    /// <summary>A token with these claims, signed with a key; "kid" is its name unless told otherwise.</summary>
    public string Sign(JsonObject claims, string key = "k1", string algorithm = "RS256", string? kid = null) =>
        Sign(claims.ToJsonString(), new JsonObject { ["alg"] = algorithm, ["kid"] = kid ?? key }.ToJsonString(), key, algorithm);

    /// <summary>A token with these texts as payload and header.</summary>
    public string Sign(string payload, string header, string key, string algorithm)
    {
        var text = Encode(header) + "." + Encode(payload);
        return text + "." + Base64Url.EncodeToString(Signature(_keys[key], algorithm, Encoding.ASCII.GetBytes(text)));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
        _authority.Dispose();
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static RSAParameters NewKey()
    {
        using var key = RSA.Create(2048);
        return key.ExportParameters(includePrivateParameters: true);
    }

    private static byte[] Signature(AsymmetricAlgorithm key, string algorithm, byte[] data)
    {
        var hash = algorithm[^3..] switch
        {
            "256" => HashAlgorithmName.SHA256,
            "384" => HashAlgorithmName.SHA384,
            _ => HashAlgorithmName.SHA512,
        };
        return key switch
        {
            RSA rsa => rsa.SignData(
                data, hash, algorithm.StartsWith("PS") ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
            ECDsa curve => curve.SignData(data, hash),
            _ => throw new InvalidOperationException("no such key"),
        };
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string body;
        if (context.Request.Path == "/.well-known/openid-configuration")
        {
            body = new JsonObject { ["issuer"] = Lie ?? Url, ["jwks_uri"] = Url + "/keys" }.ToJsonString();
        }
        else
        {
            Interlocked.Increment(ref _keySetRequests);
            body = KeySet ?? new JsonObject { ["keys"] = new JsonArray([.. _keys.Select(k => Public(k.Key, k.Value))]) }.ToJsonString();
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body, context.RequestAborted);
    }

    private static JsonNode Public(string id, AsymmetricAlgorithm key)
    {
        if (key is RSA rsa)
        {
            var numbers = rsa.ExportParameters(false);
            return new JsonObject
            {
                ["kty"] = "RSA", ["use"] = "sig", ["kid"] = id,
                ["n"] = Base64Url.EncodeToString(numbers.Modulus), ["e"] = Base64Url.EncodeToString(numbers.Exponent),
            };
        }

        var curve = (ECDsa)key;
        var point = curve.ExportParameters(false).Q;
        return new JsonObject
        {
            ["kty"] = "EC", ["use"] = "sig", ["kid"] = id, ["crv"] = "P-" + curve.KeySize,
            ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }
}
