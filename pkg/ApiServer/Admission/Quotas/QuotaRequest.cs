using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Quotas;

namespace Kube1.ApiServer.Admission.Quotas;

/// <summary>A write that quotas have a say in, with what it uses more than before.</summary>
internal sealed class QuotaRequest
{
    private readonly AdmissionRequest _request;
    private readonly object? _old;
    private bool _isBegun;

    public QuotaRequest(AdmissionRequest request, QuotaEvaluator evaluator, DateTimeOffset now)
    {
        _request = request;
        Evaluator = evaluator;
        Object = evaluator.Decode(request.Object!);
        Usage = evaluator.Usage(Object, now);
        if (request.OldObject is { } old)
        {
            _old = evaluator.Decode(old);
            Growth = ResourceSums.Excess(Usage, evaluator.Usage(_old, now));
        }
        else
        {
            Growth = Usage;
        }
    }

    public QuotaEvaluator Evaluator { get; }

    /// <summary>The object in the evaluator's form.</summary>
    public object Object { get; }

    /// <summary>All that the object uses.</summary>
    public IReadOnlyDictionary<string, ResourceQuantity> Usage { get; }

    /// <summary>What the object uses more than the one that it replaces.</summary>
    public IReadOnlyDictionary<string, ResourceQuantity> Growth { get; }

    public string Namespace => _request.Namespace;

    public bool IsDryRun => _request.DryRun;

    /// <summary>Whether it is about a status, which is charged and never refused.</summary>
    public bool IsStatus => _request.Subresource == "status";

    /// <summary>Why it may not be; set by the decision.</summary>
    public ApiException? Refusal { get; set; }

    /// <summary>What to charge to a quota: the growth only if the quota had the old object already.</summary>
    public IReadOnlyDictionary<string, ResourceQuantity> ChargeTo(Api.Models.V1ResourceQuota quota) =>
        _old is not null && !Evaluator.Matches(quota, _old) ? Usage : Growth;

    /// <summary>Whether it uses something that is limited, and may; set by the decision.</summary>
    public bool IsCharged { get; set; }

    /// <summary>Its charge is about to be stored, and its object some time after that.</summary>
    public void Begin(UnsettledCharges charges)
    {
        if (!_isBegun && _request.End is { } end)
        {
            _isBegun = true;
            end.Hold(charges.Begin(Namespace));
        }
    }

    /// <summary>403, in upstream's form.</summary>
    public ApiException Forbidden(string why) => ApiErrors.Forbidden(
        _request.Resource.Resource.GroupResource, NameOf(), why);

    private string NameOf() => _request.Name.Length > 0
        ? _request.Name
        : (string?)_request.Object?["metadata"]?["name"] ?? "";
}
