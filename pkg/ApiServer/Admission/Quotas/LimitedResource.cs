using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Quotas;

/// <summary>What may be used only where a quota covers it.</summary>
/// <param name="Resource">The resource whose objects use it.</param>
/// <param name="MatchContains">Parts of the names of what they use: ".storageclass.storage.k8s.io/requests.storage".</param>
/// <param name="MatchScopes">Scopes of objects: those of a priority class.</param>
public sealed record LimitedResource(
    GroupResource Resource, IReadOnlyList<string> MatchContains,
    IReadOnlyList<V1ScopedResourceSelectorRequirement> MatchScopes);
