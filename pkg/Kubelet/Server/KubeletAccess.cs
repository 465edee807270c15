using System.Collections.Concurrent;
using Kube1.Api.Models;
using Kube1.Client;
using Microsoft.AspNetCore.Http;

namespace Kube1.Kubelet.Server;

/// <summary>Who may use the kubelet's API: certificate or TokenReview, then SubjectAccessReview on the node.</summary>
internal sealed class KubeletAccess(KubeletOptions options, KubeClient client, TimeProvider time)
{
    private const string Masters = "system:masters";

    /// <summary>As upstream: how long an answer of the API server is believed.</summary>
    private static readonly TimeSpan KeepAllowed = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeepDenied = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeepToken = TimeSpan.FromMinutes(2);

    /// <summary>More callers than a node can have; when it is full it starts anew.</summary>
    private const int MaxKept = 1024;

    private readonly ConcurrentDictionary<string, (bool Allowed, string Reason, DateTimeOffset Until)> _decisions = new();
    private readonly ConcurrentDictionary<string, (V1UserInfo User, DateTimeOffset Until)> _tokens = new();

    /// <summary>Null when the request may go on; else its answer.</summary>
    public async Task<(int Code, string Message)?> RefusalOfAsync(HttpContext context, CancellationToken ct)
    {
        if (context.Request.Path == "/healthz")
        {
            return null;
        }

        var user = await AuthenticateAsync(context, ct);
        if (user is null)
        {
            return (401, "Unauthorized");
        }

        if (user.Groups?.Contains(Masters) == true)
        {
            return null;
        }

        var verb = context.Request.Method switch
        {
            "GET" or "HEAD" => "get",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => "",
        };
        var subresources = Subresources(context.Request.Path);
        foreach (var subresource in subresources)
        {
            if (await IsAllowedAsync(user, verb, subresource, ct))
            {
                return null;
            }
        }

        var asked = string.Join(' ', subresources);
        return (403, $"Forbidden (user={user.Username}, verb={verb}, resource=nodes, subresource(s)=[{asked}])\n");
    }

    /// <summary>The finest grain first (KEP-2862), then what covers everything.</summary>
    private static string[] Subresources(PathString path) => (path.Value ?? "").Split('/', 3).ElementAtOrDefault(1) switch
    {
        "stats" => ["stats"],
        "metrics" => ["metrics"],
        "logs" => ["log"],
        "configz" => ["configz", "proxy"],
        "pods" or "runningpods" => ["pods", "proxy"],
        "healthz" => ["healthz", "proxy"],
        _ => ["proxy"],
    };

    private async Task<V1UserInfo?> AuthenticateAsync(HttpContext context, CancellationToken ct)
    {
        if (context.Connection.ClientCertificate is { } certificate
            && CertificateUser.Of(certificate, options.ClientCas, time.GetUtcNow()) is { } subject)
        {
            return new V1UserInfo { Username = subject.Name, Groups = [.. subject.Groups, "system:authenticated"] };
        }

        const string scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var token = header[scheme.Length..].Trim();
        if (_tokens.TryGetValue(token, out var known) && time.GetUtcNow() < known.Until)
        {
            return known.User;
        }

        var review = await client.Of<V1TokenReview>().CreateAsync(
            new V1TokenReview { Spec = new V1TokenReviewSpec { Token = token } }, ct);
        if (review.Status is not { Authenticated: true, User: { } user })
        {
            return null;
        }

        Trim(_tokens);
        _tokens[token] = (user, time.GetUtcNow() + KeepToken);
        return user;
    }

    private async Task<bool> IsAllowedAsync(V1UserInfo user, string verb, string subresource, CancellationToken ct)
    {
        var key = $"{user.Username}\n{user.Uid}\n{string.Join(',', user.Groups ?? [])}\n{verb}\n{subresource}";
        if (_decisions.TryGetValue(key, out var known) && time.GetUtcNow() < known.Until)
        {
            return known.Allowed;
        }

        var review = await client.Of<V1SubjectAccessReview>().CreateAsync(
            new V1SubjectAccessReview
            {
                Spec = new V1SubjectAccessReviewSpec
                {
                    User = user.Username,
                    Groups = user.Groups,
                    Uid = user.Uid,
                    Extra = user.Extra,
                    ResourceAttributes = new V1ResourceAttributes
                    {
                        Verb = verb,
                        Version = "v1",
                        Resource = "nodes",
                        Subresource = subresource,
                        Name = options.NodeName,
                    },
                },
            }, ct);
        var allowed = review.Status?.Allowed == true;
        Trim(_decisions);
        _decisions[key] = (allowed, review.Status?.Reason ?? "", time.GetUtcNow() + (allowed ? KeepAllowed : KeepDenied));
        return allowed;
    }

    private static void Trim<TValue>(ConcurrentDictionary<string, TValue> map)
    {
        if (map.Count >= MaxKept)
        {
            map.Clear();
        }
    }
}
