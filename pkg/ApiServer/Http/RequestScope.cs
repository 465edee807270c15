using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Schema;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Audit;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.FlowControl;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.FieldManagement;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Http;

/// <summary>One request on its way through the pipeline.</summary>
internal sealed class RequestScope(HttpContext http, RequestInfo info, ApiServerCore core)
{
    private WarningHeaders? _warnings;
    private Accepted? _accepted;
    private AdmissionOrigin? _admissionOrigin;
    private AuditAnnotations? _auditAnnotations;
    private DateTimeOffset? _deadline;

    public HttpContext Http { get; } = http;

    public RequestInfo Info { get; } = info;

    public ApiServerCore Core { get; } = core;

    public UserInfo User { get; set; } = UserInfo.Anonymous;

    /// <summary>The resource asked for; set before the registry is.</summary>
    public ServedResource Resource { get; set; } = null!;

    /// <summary>The namespace; null for cluster-scoped resources.</summary>
    public string? Namespace => Resource.Descriptor.Namespaced ? Info.Namespace : null;

    /// <summary>
    /// The seats that the request holds; null for streams. Who goes on for long, with little to do, gives them back early.
    /// </summary>
    public SeatRequest? Seats { get; set; }

    /// <summary>When the last byte of a response to this client must be out; also at the server's stop.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>When the request came.</summary>
    public DateTimeOffset Received { get; init; }

    /// <summary>When the answer must be there; never for streams. Throws 400 for a ?timeout= that is no duration.</summary>
    public DateTimeOffset Deadline => _deadline ??= LongRunningRequests.Contains(Info)
        ? DateTimeOffset.MaxValue
        : Received + RequestTimeout.Of(Http.Request.QueryString.HasValue ? Query("timeout") : "");

    /// <summary>What admission may ask of this request.</summary>
    public AdmissionOrigin AdmissionOrigin => _admissionOrigin ??= new AdmissionOrigin(this);

    /// <summary>The request's part of the audit log; null when it is not logged.</summary>
    public RequestAudit? Audit { get; set; }

    /// <summary>Remarks for the audit log.</summary>
    public AuditAnnotations AuditAnnotations => _auditAnnotations ??= new AuditAnnotations();

    /// <summary>The same, when there are any.</summary>
    public AuditAnnotations? RecordedAnnotations => _auditAnnotations;

    /// <summary>Whether nothing is to be stored; set by <see cref="ReadWriteOptions"/>.</summary>
    public bool DryRun { get; private set; }

    /// <summary>What to do with unknown and duplicate fields; set by <see cref="ReadWriteOptions"/>.</summary>
    public FieldValidation FieldValidation { get; private set; } = FieldValidation.Warn;

    /// <summary>The form that the answer is to have, agreed on once; throws 406 when nothing asked for can be had.</summary>
    public Accepted Negotiate() => _accepted ??= Accepted.Of(this);

    /// <summary>A query parameter; empty when absent.</summary>
    public string Query(string name) => QueryValues.Text(Http.Request.Query[name]);

    /// <summary>What the strategy may look at.</summary>
    public StrategyContext StrategyContext =>
        new(User, Resource.Descriptor, Core.Objects, Core.Time, Core.Options.Cluster) { DryRun = DryRun, Warn = Warn };

    /// <summary>Sends the client a Warning header, once a text.</summary>
    public void Warn(string text) => (_warnings ??= new WarningHeaders(Http.Response)).Add(text);

    /// <summary>
    /// Reads fieldManager, dryRun and fieldValidation. The kind of options names them in the error; patches say whether
    /// they apply, which needs a manager and alone may be forced.
    /// </summary>
    public void ReadWriteOptions(string optionsKind, IEnumerable<string>? bodyDryRun = null, bool? isApply = null)
    {
        var errors = new FieldErrorList();
        var manager = Query("fieldManager");
        if (isApply == true && manager.Length == 0)
        {
            errors.Required(FieldPath.Of("fieldManager"), "is required for apply patch");
        }
        else if (isApply == false && Http.Request.Query.ContainsKey("force"))
        {
            errors.Forbidden(FieldPath.Of("force"), "may not be specified for non-apply patch");
        }

        ManagerName.Validate(FieldPath.Of("fieldManager"), manager, errors);
        foreach (var value in Http.Request.Query["dryRun"].Concat(bodyDryRun ?? []))
        {
            if (value == "All")
            {
                DryRun = true;
            }
            else
            {
                errors.NotSupported(FieldPath.Of("dryRun"), value, ["All"]);
            }
        }

        var mode = Query("fieldValidation");
        FieldValidation = mode switch
        {
            "Ignore" => FieldValidation.Ignore,
            "Strict" => FieldValidation.Strict,
            _ => FieldValidation.Warn,
        };
        if (mode is not ("" or "Ignore" or "Warn" or "Strict"))
        {
            errors.NotSupported(FieldPath.Of("fieldValidation"), mode, ["", "Ignore", "Strict", "Warn"]);
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(new GroupVersionKind("meta.k8s.io", "v1", optionsKind), "", errors);
        }
    }
}
