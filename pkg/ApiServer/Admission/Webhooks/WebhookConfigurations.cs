using System.Collections.Immutable;
using Kube1.Api.Json;
using Kube1.ApiServer.Auth;
using Kube1.Storage;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>
/// The webhooks of all configurations, ordered by configuration name, as they are now: each question first takes in
/// what has been written.
/// </summary>
/// <param name="store">Where they are.</param>
/// <param name="resource">The plural name of the configurations.</param>
/// <param name="type">What the webhooks are in metrics.</param>
internal sealed class WebhookConfigurations(Store store, string resource, string type)
    : StoreFollower(store, resource + "." + Group)
{
    private const string Group = "admissionregistration.k8s.io";

    private ImmutableSortedDictionary<string, CompiledWebhook[]> _byName = Nothing;
    private volatile WebhookIndex _index = WebhookIndex.Empty;
    private bool _isReading;

    private static ImmutableSortedDictionary<string, CompiledWebhook[]> Nothing { get; } =
        ImmutableSortedDictionary.Create<string, CompiledWebhook[]>(StringComparer.Ordinal);

    /// <summary>
    /// The webhooks whose rules match a request. None ever does for configurations of webhooks and for admission
    /// policies: a broken one must be mendable.
    /// </summary>
    public IReadOnlyList<WebhookMatch> MatchesOf(AdmissionRequest request)
    {
        if (request.Resource.Kind is { Group: Group, Kind: var kind } && IsExempt(kind))
        {
            return [];
        }

        CatchUp();
        return _index.MatchesOf(request);
    }

    /// <inheritdoc/>
    protected override void Reset()
    {
        _isReading = true;
        _byName = Nothing;
    }

    /// <inheritdoc/>
    protected override void Put(string collection, StoredEntry entry, StoredEntry? previous) =>
        Take(_byName.SetItem(entry.Key, CompiledWebhook.AllOf(CanonicalJson.Parse(entry.Value.Span), type)));

    /// <inheritdoc/>
    protected override void Remove(string collection, StoredEntry entry) => Take(_byName.Remove(entry.Key));

    /// <inheritdoc/>
    protected override void Publish()
    {
        _isReading = false;
        Take(_byName);
    }

    private static bool IsExempt(string kind) => kind is "ValidatingWebhookConfiguration"
        or "MutatingWebhookConfiguration" or "ValidatingAdmissionPolicy" or "ValidatingAdmissionPolicyBinding"
        or "MutatingAdmissionPolicy" or "MutatingAdmissionPolicyBinding";

    // Half of what is there must not be seen: requests would pass the other half.
    private void Take(ImmutableSortedDictionary<string, CompiledWebhook[]> webhooks)
    {
        _byName = webhooks;
        if (!_isReading)
        {
            _index = new WebhookIndex([.. webhooks.Values.SelectMany(w => w)]);
        }
    }
}
