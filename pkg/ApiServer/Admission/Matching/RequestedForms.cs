using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Matching;

/// <summary>
/// The forms in which rules may be about a write: the one that was asked for, and the other versions and groups that have
/// the same objects.
/// </summary>
internal sealed class RequestedForms
{
    private readonly IEnumerable<ServedResource> _forms;
    private readonly string _subresource;
    private IReadOnlyList<MatchedResource>? _others;

    /// <summary>
    /// The forms of a request's resource; <paramref name="forms"/> are looked through when one is wanted that was not asked for.
    /// </summary>
    public RequestedForms(ServedResource requested, IEnumerable<ServedResource> forms, string subresource)
    {
        (_forms, _subresource) = (forms, subresource);

        // A subresource that discovery does not list has the object for its body.
        Requested = MatchedResource.Of(requested, subresource)
            ?? new MatchedResource(requested, requested.Descriptor.Kind);
    }

    /// <summary>What was asked for.</summary>
    public MatchedResource Requested { get; }

    /// <summary>All others, in the order of discovery.</summary>
    public IReadOnlyList<MatchedResource> Others => _others ??=
    [
        .. _forms.Where(f => f != Requested.Form)
            .Select(f => MatchedResource.Of(f, _subresource)).OfType<MatchedResource>(),
    ];
}
