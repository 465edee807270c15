using System.Text.Json;
using Kube1.ApiServer.Auth.Tokens;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Auth.Oidc;

/// <summary>
/// An issuer's public keys, fetched when the first token comes and again when one is signed with a key that is not known.
/// However many such tokens come, the issuer is asked once at a time and not more often than each
/// <see cref="MinInterval"/>.
/// </summary>
internal sealed partial class OidcKeySet(OidcOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>How long tokens of a brand-new key may be refused; how often a flood of made-up keys reaches the issuer.</summary>
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(10);

    /// <summary>Issuers publish two or three; the bound holds the cost of a token that names no key.</summary>
    private const int MaxKeys = 32;

    private readonly Lock _lock = new();
    private volatile IReadOnlyList<OidcKey> _keys = [];
    private Uri? _keysUri;
    private Task? _refresh;
    private DateTimeOffset? _lastRefresh;

    /// <summary>Whether there have been keys at all; until then nobody of this issuer can be let in.</summary>
    public bool IsReady => _keys.Count > 0;

    /// <summary>Whether a key of the issuer made the token's signature.</summary>
    public async ValueTask<bool> VerifiesAsync(JsonWebToken token, CancellationToken cancellationToken)
    {
        var known = _keys;
        if (Verifies(known, token))
        {
            return true;
        }

        if (BeginRefresh() is { } refresh)
        {
            await refresh.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return !ReferenceEquals(known, _keys) && Verifies(_keys, token);
    }

    private static bool Verifies(IReadOnlyList<OidcKey> keys, JsonWebToken token)
    {
        foreach (var key in keys)
        {
            if ((token.KeyId.Length == 0 || key.Id == token.KeyId) && key.Verifies(token))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The refresh that runs now, or a new one; null when the last was just now.</summary>
    private Task? BeginRefresh()
    {
        lock (_lock)
        {
            if (_refresh is { IsCompleted: false })
            {
                return _refresh;
            }

            var now = time.GetUtcNow();
            if (_lastRefresh is { } last && now - last < MinInterval)
            {
                return null;
            }

            _lastRefresh = now;
            return _refresh = RefreshAsync();
        }
    }

    /// <summary>
    /// Fetches for all that wait, so no one request's end ends it; the client's timeout does. What fails is logged and
    /// leaves the keys as they are.
    /// </summary>
    private async Task RefreshAsync()
    {
        // The lock is held up to here: nothing may run under it.
        await Task.Yield();
        try
        {
            _keysUri ??= await DiscoverAsync().ConfigureAwait(false);
            using var set = await FetchAsync(_keysUri).ConfigureAwait(false);
            var keys = set.RootElement.TryGetProperty("keys", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Take(MaxKeys).Select(OidcKey.TryRead).OfType<OidcKey>().ToArray()
                : throw new InvalidDataException($"{_keysUri} has no list of keys");

            // Those replaced may still be in use by a request; the finalizer takes them.
            _keys = keys;
            LogRefreshed(options.IssuerText, keys.Length);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException
            or InvalidDataException or InvalidOperationException or IOException)
        {
            LogRefreshFailed(options.IssuerText, e.Message);
        }
    }

    private async Task<Uri> DiscoverAsync()
    {
        var address = new Uri(options.IssuerText.TrimEnd('/') + "/.well-known/openid-configuration");
        using var document = await FetchAsync(address).ConfigureAwait(false);
        var issuer = document.RootElement.TryGetProperty("issuer", out var said) && said.ValueKind == JsonValueKind.String
            ? said.GetString()
            : "";
        if (issuer != options.IssuerText)
        {
            throw new InvalidDataException(
                $"oidc: issuer did not match the issuer returned by provider, expected \"{options.IssuerText}\" got \"{issuer}\"");
        }

        return document.RootElement.TryGetProperty("jwks_uri", out var keys) && keys.ValueKind == JsonValueKind.String
            && Uri.TryCreate(keys.GetString(), UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
            ? uri
            : throw new InvalidDataException("provider did not return JWKS URL");
    }

    private async Task<JsonDocument> FetchAsync(Uri address)
    {
        var bytes = await options.Http.GetByteArrayAsync(address).ConfigureAwait(false);
        var document = JsonDocument.Parse(bytes);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw new InvalidDataException($"{address} answers with something else than an object");
    }
}
