using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Kube1.ApiServer.Auth.Tokens;

namespace Kube1.ApiServer.Auth.Oidc;

/// <summary>One public key of an issuer (RFC 7517), good for the algorithms that its type and curve allow (RFC 7518).</summary>
internal sealed class OidcKey : IDisposable
{
    /// <summary>RFC 7518 §3.3 demands this at least.</summary>
    private const int MinRsaBits = 2048;

    /// <summary>As Go's bound: checking a signature must not cost more than a request.</summary>
    private const int MaxRsaBits = 8192;

    /// <summary>Exponents are 65537; a giant one makes each check as slow as signing.</summary>
    private const int MaxExponentBytes = 8;

    private readonly Lock _lock = new();
    private readonly RSA? _rsa;
    private readonly ECDsa? _curve;
    private readonly string _curveAlgorithm = "";

    private OidcKey(string id, string algorithm, RSA rsa)
    {
        Id = id;
        Algorithm = algorithm;
        _rsa = rsa;
    }

    private OidcKey(string id, string algorithm, ECDsa curve, string curveAlgorithm)
    {
        Id = id;
        Algorithm = algorithm;
        _curve = curve;
        _curveAlgorithm = curveAlgorithm;
    }

    /// <summary>"kid"; empty for a key without one.</summary>
    public string Id { get; }

    /// <summary>"alg": the only algorithm it is for; empty when the set does not say.</summary>
    private string Algorithm { get; }

    /// <summary>Null for a key of another type or use, or one that cannot be read.</summary>
    public static OidcKey? TryRead(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || Text(key, "use") is not ("" or "sig"))
        {
            return null;
        }

        try
        {
            return Text(key, "kty") switch
            {
                "RSA" => ReadRsa(key),
                "EC" => ReadCurve(key),
                _ => null,
            };
        }
        catch (Exception e) when (e is FormatException or CryptographicException or InvalidOperationException)
        {
            // A set may hold keys for others than us; one that is broken does not spoil the rest.
            return null;
        }
    }

    /// <summary>Whether this key made the token's signature.</summary>
    public bool Verifies(JsonWebToken token)
    {
        if (Algorithm.Length > 0 && Algorithm != token.Algorithm)
        {
            return false;
        }

        var hash = token.Algorithm[^3..] switch
        {
            "256" => HashAlgorithmName.SHA256,
            "384" => HashAlgorithmName.SHA384,
            _ => HashAlgorithmName.SHA512,
        };
        lock (_lock)
        {
            return token.Algorithm[..2] switch
            {
                "RS" => _rsa?.VerifyData(token.SignedText, token.Signature, hash, RSASignaturePadding.Pkcs1) == true,
                "PS" => _rsa?.VerifyData(token.SignedText, token.Signature, hash, RSASignaturePadding.Pss) == true,
                "ES" => token.Algorithm == _curveAlgorithm
                    && _curve!.VerifyData(token.SignedText, token.Signature, hash),
                _ => false,
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rsa?.Dispose();
        _curve?.Dispose();
    }

    private static OidcKey? ReadRsa(JsonElement key)
    {
        var modulus = Base64Url.DecodeFromChars(Text(key, "n"));
        var exponent = Base64Url.DecodeFromChars(Text(key, "e"));
        if (modulus.Length * 8 > MaxRsaBits || exponent.Length is 0 or > MaxExponentBytes)
        {
            return null;
        }

        var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        if (rsa.KeySize >= MinRsaBits)
        {
            return new OidcKey(Text(key, "kid"), Text(key, "alg"), rsa);
        }

        rsa.Dispose();
        return null;
    }

    private static OidcKey? ReadCurve(JsonElement key)
    {
        (ECCurve Curve, string Algorithm)? known = Text(key, "crv") switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, "ES256"),
            "P-384" => (ECCurve.NamedCurves.nistP384, "ES384"),
            "P-521" => (ECCurve.NamedCurves.nistP521, "ES512"),
            _ => null,
        };
        if (known is not var (curve, algorithm))
        {
            return null;
        }

        var point = new ECPoint
        {
            X = Base64Url.DecodeFromChars(Text(key, "x")),
            Y = Base64Url.DecodeFromChars(Text(key, "y")),
        };
        var ecdsa = ECDsa.Create(new ECParameters { Curve = curve, Q = point });
        return new OidcKey(Text(key, "kid"), Text(key, "alg"), ecdsa, algorithm);
    }

    private static string Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
