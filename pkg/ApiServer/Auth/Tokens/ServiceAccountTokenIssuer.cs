using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Auth.Tokens;

/// <summary>Signs and checks ServiceAccount tokens: JWTs with ES256 (RFC 7515, RFC 7518 §3.4), and publishes the key.</summary>
public sealed class ServiceAccountTokenIssuer
{
    private readonly Lock _lock = new();
    private readonly ECDsa _key;
    private readonly string _header;

    /// <summary>Takes a P-256 key; <paramref name="issuer"/> goes into each token and is its default audience.</summary>
    public ServiceAccountTokenIssuer(ECDsa key, string issuer)
    {
        _key = key;
        Issuer = issuer;
        KeyId = Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        _header = Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(new JsonObject { ["alg"] = "ES256", ["kid"] = KeyId }.ToJsonString()));
    }

    /// <summary>The "iss" of the tokens, and the audience of the API server.</summary>
    public string Issuer { get; }

    /// <summary>The "kid" of the key: as upstream, the hash of its public part.</summary>
    public string KeyId { get; }

    /// <summary>The signed token.</summary>
    public string Sign(ServiceAccountClaims claims)
    {
        var text = _header + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJson()));
        byte[] signature;
        lock (_lock)
        {
            signature = _key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256);
        }

        return text + "." + Base64Url.EncodeToString(signature);
    }

    /// <summary>
    /// The claims of a token that we have signed, whatever its times say; null for any other text. The algorithm is fixed,
    /// never the token's choice (RFC 8725 §3.1).
    /// </summary>
    public ServiceAccountClaims? Open(string token)
    {
        if (JsonWebToken.TryRead(token) is not { Algorithm: "ES256" } read || (read.KeyId.Length > 0 && read.KeyId != KeyId))
        {
            return null;
        }

        bool valid;
        lock (_lock)
        {
            valid = _key.VerifyData(read.SignedText, read.Signature, HashAlgorithmName.SHA256);
        }

        return valid && ServiceAccountClaims.Read(read.Claims) is { } claims && claims.Issuer == Issuer ? claims : null;
    }

    /// <summary>The JSON Web Key Set with the public key (RFC 7517).</summary>
    public string KeySetJson()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["use"] = "sig",
                ["kty"] = "EC",
                ["kid"] = KeyId,
                ["crv"] = "P-256",
                ["alg"] = "ES256",
                ["x"] = Base64Url.EncodeToString(point.X),
                ["y"] = Base64Url.EncodeToString(point.Y),
            }),
        }.ToJsonString();
    }

    /// <summary>The OpenID Connect discovery document.</summary>
    public string DiscoveryJson(string keySetUri) => new JsonObject
    {
        ["issuer"] = Issuer,
        ["jwks_uri"] = keySetUri,
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
    }.ToJsonString();
}
