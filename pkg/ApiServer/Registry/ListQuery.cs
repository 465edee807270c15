using System.Globalization;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Selectors;
using Kube1.Api.Validation;
using Kube1.ApiServer.Http;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>The options of a list or watch, checked: https://kubernetes.io/docs/reference/using-api/api-concepts/</summary>
internal sealed record ListQuery
{
    private static readonly FieldPath MatchField = FieldPath.Of("resourceVersionMatch");

    public required ObjectFilter Filter { get; init; }

    /// <summary>resourceVersion as sent: "", "0" or a revision.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>resourceVersion as a number; 0 for "" and "0".</summary>
    public long Revision { get; init; }

    /// <summary>"", Exact or NotOlderThan</summary>
    public string Match { get; init; } = "";

    /// <summary>
    /// Whether the list must be of <see cref="Revision"/> itself. A page of a list at a revision is, unless the client
    /// says otherwise: https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list
    /// </summary>
    public bool IsExact => Match == "Exact" || (Match.Length == 0 && Limit > 0 && Revision > 0);

    /// <summary>0: all.</summary>
    public long Limit { get; init; }

    /// <summary>The token of the next page; empty for the first.</summary>
    public string Continue { get; init; } = "";

    public bool AllowWatchBookmarks { get; init; }

    /// <summary>Null when not given.</summary>
    public bool? SendInitialEvents { get; init; }

    public int? TimeoutSeconds { get; init; }

    /// <summary>Reads the query; throws 400 or 422 for what is wrong with it.</summary>
    public static ListQuery Read(RequestScope scope, bool watch)
    {
        var parameters = scope.Http.Request.Query;
        var query = new ListQuery
        {
            Filter = ObjectFilter.Parse(scope),
            ResourceVersion = scope.Query("resourceVersion"),
            Match = scope.Query("resourceVersionMatch"),
            Limit = QueryValues.Number(parameters["limit"]) ?? 0,
            Continue = scope.Query("continue"),
            AllowWatchBookmarks = QueryValues.IsTrue(parameters["allowWatchBookmarks"]),
            SendInitialEvents = QueryValues.Flag(parameters["sendInitialEvents"]),
            TimeoutSeconds = QueryValues.Number(parameters["timeoutSeconds"]) is >= 0 and var seconds
                ? (int)Math.Min(seconds, int.MaxValue)
                : null,
        };
        if (watch && query is { SendInitialEvents: null, Match: "", ResourceVersion: "" or "0" })
        {
            // The old way to ask for the state first; upstream turns it into the new one as well.
            query = query with { SendInitialEvents = true, Match = "NotOlderThan" };
        }

        var errors = new FieldErrorList();
        if (watch)
        {
            query.ValidateWatch(errors);
        }
        else
        {
            query.ValidateList(errors);
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(new GroupVersionKind("meta.k8s.io", "v1", "ListOptions"), "", errors);
        }

        return query with { Revision = ParseRevision(query.ResourceVersion) };
    }

    /// <summary>The revision in a resourceVersion; 0 for none. Throws 400.</summary>
    public static long ParseRevision(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        // .NET takes NUL behind a number for nothing; to Go it is no digit.
        if (!text.Contains('\0', StringComparison.Ordinal)
            && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
        {
            // What no store of ours will ever reach is as good as the largest that it could.
            return (long)Math.Min(revision, long.MaxValue);
        }

        var why = text.All(char.IsAsciiDigit) ? "value out of range" : "invalid syntax";
        var error = new FieldErrorList();
        error.Invalid(FieldPath.Of("resourceVersion"), text, $"strconv.ParseUint: parsing \"{text}\": {why}");
        throw ApiErrors.BadRequest("invalid resource version: " + error[0]);
    }

    // k8s.io/apimachinery/pkg/apis/meta/internalversion/validation ValidateListOptions
    private void ValidateList(FieldErrorList errors)
    {
        if (Match.Length > 0)
        {
            if (ResourceVersion.Length == 0)
            {
                errors.Forbidden(MatchField, "resourceVersionMatch is forbidden unless resourceVersion is provided");
            }

            RefuseMatchWithContinue(errors);
            if (Match is not ("Exact" or "NotOlderThan"))
            {
                errors.NotSupported(MatchField, Match, ["Exact", "NotOlderThan", ""]);
            }

            if (Match == "Exact" && ResourceVersion == "0")
            {
                errors.Forbidden(
                    MatchField, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
            }
        }

        if (SendInitialEvents is not null)
        {
            errors.Forbidden(FieldPath.Of("sendInitialEvents"), "sendInitialEvents is forbidden for list");
        }
    }

    private void ValidateWatch(FieldErrorList errors)
    {
        var isNotOlderThan = Match == "NotOlderThan";
        if (SendInitialEvents is not null && !isNotOlderThan)
        {
            errors.Forbidden(MatchField, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }

        if (Match.Length == 0)
        {
            return;
        }

        if (SendInitialEvents is null)
        {
            errors.Forbidden(
                MatchField, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }

        if (!isNotOlderThan)
        {
            errors.NotSupported(MatchField, Match, ["NotOlderThan"]);
        }

        RefuseMatchWithContinue(errors);
    }

    private void RefuseMatchWithContinue(FieldErrorList errors)
    {
        if (Continue.Length > 0)
        {
            errors.Forbidden(MatchField, "resourceVersionMatch is forbidden when continue is provided");
        }
    }
}
