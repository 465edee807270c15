using System.Text.Json.Nodes;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.FlowControl;

/// <summary>
/// One rule of a FlowSchema, read once: who asks, and for what.
/// https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#flowschema
/// </summary>
internal sealed class FlowRule
{
    private const string All = "*";
    private const string ServiceAccountPrefix = "system:serviceaccount:";

    private readonly List<Subject> _subjects;
    private readonly List<ResourceRule> _resources;
    private readonly List<PathRule> _paths;

    private FlowRule(JsonObject rule)
    {
        _subjects = [.. rule.Items("subjects").Select(Subject.Of)];
        _resources = [.. rule.Items("resourceRules").Select(r => new ResourceRule(
            Wanted.Of(r, "verbs"), Wanted.Of(r, "apiGroups"), Wanted.Of(r, "resources"), Wanted.Of(r, "namespaces"),
            r.Flag("clusterScope")))];
        _paths = [.. rule.Items("nonResourceRules").Select(r => new PathRule(
            Wanted.Of(r, "verbs"), [.. r.Texts("nonResourceURLs")]))];
    }

    /// <summary>The rule of a FlowSchema's spec.rules.</summary>
    public static FlowRule Of(JsonObject rule) => new(rule);

    /// <summary>Whether the rule is about this request of this user.</summary>
    public bool Matches(RequestInfo request, UserInfo user)
    {
        foreach (var subject in _subjects)
        {
            if (subject.Matches(user))
            {
                return request.IsResourceRequest ? MatchesResource(request) : MatchesPath(request);
            }
        }

        return false;
    }

    private bool MatchesResource(RequestInfo request)
    {
        foreach (var rule in _resources)
        {
            if (rule.Matches(request))
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesPath(RequestInfo request)
    {
        foreach (var rule in _paths)
        {
            if (rule.Matches(request))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Texts, or "*" by itself for any: upstream takes it as such only where it is alone.</summary>
    private readonly record struct Wanted(string[] Texts)
    {
        public static Wanted Of(JsonObject rule, string field) => new([.. rule.Texts(field)]);

        public bool IsAny => Texts is [All];

        public bool Contains(string text) => IsAny || Texts.AsSpan().Contains(text);

        /// <summary>"pods/status" for a subresource, found without making that text.</summary>
        public bool Contains(string resource, string subresource)
        {
            if (IsAny || subresource.Length == 0)
            {
                return Contains(resource);
            }

            foreach (var text in Texts)
            {
                if (text.Length == resource.Length + 1 + subresource.Length && text[resource.Length] == '/'
                    && text.StartsWith(resource, StringComparison.Ordinal)
                    && text.EndsWith(subresource, StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private sealed record Subject(string Kind, string Name, string Namespace)
    {
        public static Subject Of(JsonObject subject) => subject.Text("kind") switch
        {
            "User" => new("User", subject.Text("user.name"), ""),
            "Group" => new("Group", subject.Text("group.name"), ""),
            var kind => new(kind, subject.Text("serviceAccount.name"), subject.Text("serviceAccount.namespace")),
        };

        public bool Matches(UserInfo user) => Kind switch
        {
            "User" => Name == All || Name == user.Name,
            "Group" => Name == All || user.Groups.Contains(Name),
            "ServiceAccount" => IsServiceAccount(user.Name),
            _ => false,
        };

        private bool IsServiceAccount(string user)
        {
            var rest = user.AsSpan();
            if (!rest.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal))
            {
                return false;
            }

            rest = rest[ServiceAccountPrefix.Length..];
            if (!rest.StartsWith(Namespace, StringComparison.Ordinal) || rest.Length <= Namespace.Length
                || rest[Namespace.Length] != ':')
            {
                return false;
            }

            return Name == All || rest[(Namespace.Length + 1)..].SequenceEqual(Name);
        }
    }

    private sealed record ResourceRule(Wanted Verbs, Wanted Groups, Wanted Resources, Wanted Namespaces, bool ClusterScope)
    {
        public bool Matches(RequestInfo request) => Verbs.Contains(request.Verb)
            && Resources.Contains(request.Resource, request.Subresource) && Groups.Contains(request.ApiGroup)
            && (request.Namespace.Length == 0 ? ClusterScope : Namespaces.Contains(request.Namespace));
    }

    private sealed record PathRule(Wanted Verbs, string[] Paths)
    {
        public bool Matches(RequestInfo request)
        {
            if (!Verbs.Contains(request.Verb))
            {
                return false;
            }

            foreach (var path in Paths)
            {
                if (path == All || path == request.Path || IsBelow(path, request.Path))
                {
                    return true;
                }
            }

            return false;
        }

        // "/healthz" covers "/healthz/etcd", and so does "/healthz/*".
        private static bool IsBelow(string pattern, string path)
        {
            var prefix = pattern.AsSpan().TrimEnd('*').TrimEnd('/');
            return path.AsSpan().StartsWith(prefix, StringComparison.Ordinal)
                && path.Length > prefix.Length && path[prefix.Length] == '/';
        }
    }
}
