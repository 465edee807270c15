using System.Collections.Concurrent;
using Kube1.Api.Models;
using Kube1.Client;

namespace Kube1.Kubelet.Volumes;

/// <summary>
/// Gets tokens through the TokenRequest API and keeps each until four fifths of its life are over, at most a day.
/// Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
/// </summary>
internal sealed class ServiceAccountTokens(KubeClient client, TimeProvider time) : IServiceAccountTokens
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<(string PodUid, string Audience, long Seconds), Entry> _tokens = new();

    public async Task<string> GetAsync(V1Pod pod, string? audience, long expirationSeconds, CancellationToken ct)
    {
        var key = (pod.Metadata.Uid!, audience ?? "", expirationSeconds);
        if (_tokens.TryGetValue(key, out var known) && time.GetUtcNow() < known.RenewAt)
        {
            return known.Token;
        }

        var request = new Authenticationv1TokenRequest
        {
            Spec = new V1TokenRequestSpec
            {
                Audiences = string.IsNullOrEmpty(audience) ? [] : [audience],
                ExpirationSeconds = expirationSeconds,
                BoundObjectRef = new V1BoundObjectReference
                {
                    ApiVersion = "v1",
                    Kind = "Pod",
                    Name = pod.Metadata.Name,
                    Uid = pod.Metadata.Uid,
                },
            },
        };
        var account = string.IsNullOrEmpty(pod.Spec!.ServiceAccountName) ? "default" : pod.Spec.ServiceAccountName;
        var answer = await client.Of<V1ServiceAccount>()
            .CreateSubresourceAsync<Authenticationv1TokenRequest, Authenticationv1TokenRequest>(
                pod.Metadata.Namespace, account, "token", request, ct);
        var now = time.GetUtcNow();
        var life = (answer.Status?.ExpirationTimestamp ?? now.AddSeconds(expirationSeconds)) - now;
        var keep = life * 0.8 < MaxAge ? life * 0.8 : MaxAge;
        var token = answer.Status?.Token ?? "";
        _tokens[key] = new Entry(token, now + keep);
        return token;
    }

    public DateTimeOffset? RenewalOf(string podUid)
    {
        DateTimeOffset? first = null;
        foreach (var (key, entry) in _tokens)
        {
            if (key.PodUid == podUid && (first is null || entry.RenewAt < first))
            {
                first = entry.RenewAt;
            }
        }

        return first;
    }

    public void Forget(string podUid)
    {
        foreach (var key in _tokens.Keys.Where(k => k.PodUid == podUid))
        {
            _tokens.TryRemove(key, out _);
        }
    }

    private sealed record Entry(string Token, DateTimeOffset RenewAt);
}
