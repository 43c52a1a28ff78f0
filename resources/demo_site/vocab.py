"""The hand-written words from which the demo site's jobs, clients and reports are composed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One kind of job: how many there are, and the words that they are made of."""

    category: str
    count: int
    titles: tuple[str, ...]
    core: tuple[str, ...]
    extra: tuple[str, ...]
    tasks: tuple[str, ...]


SALESFORCE = "Salesforce & CRM"
AI = "AI & Machine Learning"
QA = "QA & Automation"
WEB = "Web Development"
DATA = "Data & Analytics"
CLOUD = "Cloud & DevOps"
DESIGN = "Design & Product"
CATEGORIES = (AI, CLOUD, DATA, DESIGN, QA, SALESFORCE, WEB)

THEMES = (
    Theme(
        category=SALESFORCE,
        count=24,
        titles=(
            "Salesforce administrator for a growing {industry} team",
            "Rebuild Salesforce flows for {industry} sales",
            "Apex developer: {industry} quoting tool",
            "Service Cloud rollout for a {industry} helpdesk",
            "Lightning components for a {industry} portal",
            "Salesforce data clean-up for a {industry} company",
        ),
        core=("Salesforce",),
        extra=("Apex", "Flow", "Lightning Web Components", "Service Cloud", "SOQL", "CPQ", "Data Loader"),
        tasks=(
            "Our org has grown for six years and nobody remembers why half of the automations exist.",
            "You will move the remaining process builders to flows and document each of them.",
            "Reports have to reconcile with finance to the cent before we go live.",
            "We work in two-week steps with a demo at the end of each.",
            "A sandbox with masked data is ready for you.",
        ),
    ),
    Theme(
        category=AI,
        count=26,
        titles=(
            "Agentforce specialist for {industry} customer service",
            "Design our first Agentforce agent ({industry})",
            "Agentforce topics and actions for a {industry} helpdesk",
            "Review and harden an Agentforce pilot in {industry}",
            "Agentforce proof of concept for {industry} sales",
        ),
        core=("Agentforce",),
        extra=("Salesforce", "AI", "Prompt Builder", "Data Cloud", "Flow", "Apex", "Einstein"),
        tasks=(
            "The agent answers order questions today and shall handle returns next.",
            "Every action needs a guard rail and a test that shows that it holds.",
            "We measure deflection, handover quality and cost per conversation.",
            "You will sit with our support leads for the first week.",
            "Grounding on our knowledge base works, but the answers are too long.",
        ),
    ),
    Theme(
        category=AI,
        count=24,
        titles=(
            "Einstein forecasting for a {industry} pipeline",
            "Einstein lead scoring set-up, {industry}",
            "Salesforce AI consultant for {industry}",
            "Einstein bots: second life for a {industry} chat",
            "Explain our Einstein predictions to {industry} managers",
        ),
        core=("Einstein", "Salesforce"),
        extra=("AI", "CRM Analytics", "Prompt Builder", "Data Cloud", "Apex", "Python"),
        tasks=(
            "The model was trained on a market that no longer exists.",
            "We need a plain explanation beside every score, or nobody will trust it.",
            "Data quality first: about a fifth of the opportunities have no close reason.",
            "At the end our own admins shall be able to retrain it.",
            "Please tell us in your proposal about one prediction project that failed.",
        ),
    ),
    Theme(
        category=DATA,
        count=12,
        titles=(
            "Nightly sync between Salesforce and a {industry} warehouse",
            "Move ten years of {industry} records into Salesforce",
            "Salesforce reporting pipeline in Python for {industry}",
        ),
        core=("Salesforce", "Python"),
        extra=("PostgreSQL", "Airflow", "Bulk API", "dbt", "AI"),
        tasks=(
            "Deletes are the hard part: the source has no tombstones.",
            "A rerun of any night must give the same result.",
            "We expect tests with real fixtures, and a short runbook.",
            "Volume is modest, about two million rows.",
        ),
    ),
    Theme(
        category=QA,
        count=27,
        titles=(
            "Playwright test suite for a {industry} shop",
            "Browser automation with Playwright for {industry} back offices",
            "Fix flaky Playwright tests ({industry} SaaS)",
            "Migrate Selenium to Playwright for a {industry} portal",
            "End-to-end test lead, {industry}",
        ),
        core=("Playwright",),
        extra=("Python", "TypeScript", "CI", "Salesforce", "Accessibility", "Docker", "API testing"),
        tasks=(
            "The suite takes fifty minutes and fails every third night.",
            "Selectors shall follow roles and labels, not the layout of the week.",
            "We record traces, but nobody looks at them yet.",
            "The login uses a second factor; a test account without it is available.",
            "Robots fill the same forms as our clerks, so pace and politeness matter.",
        ),
    ),
    Theme(
        category=WEB,
        count=22,
        titles=(
            "Python developer for a {industry} booking service",
            "FastAPI back end for a {industry} app",
            "Django upgrade for a {industry} platform",
            "Async Python: speed up a {industry} API",
        ),
        core=("Python",),
        extra=("FastAPI", "Django", "PostgreSQL", "Redis", "Docker", "React", "AI"),
        tasks=(
            "The service is small, typed and well tested; please keep it that way.",
            "The slowest endpoint takes four seconds and should take a tenth of that.",
            "You own the change from the first sketch to the graph in production.",
            "Our reviews are quick and friendly.",
        ),
    ),
    Theme(
        category=AI,
        count=13,
        titles=(
            "Document extraction with AI for {industry}",
            "Evaluate language models for {industry} support",
            "Search that understands {industry} questions",
        ),
        core=("AI", "Python"),
        extra=("RAG", "PyTorch", "Evaluation", "Playwright", "FastAPI", "Salesforce"),
        tasks=(
            "We have four thousand labelled examples and an honest baseline.",
            "A wrong answer costs more than no answer.",
            "Everything runs on our own machines.",
        ),
    ),
    Theme(
        category=CLOUD,
        count=12,
        titles=(
            "Kubernetes housekeeping for a {industry} platform",
            "Terraform for a small {industry} cloud",
            "Calm on-call: alerts for a {industry} service",
        ),
        core=("Terraform",),
        extra=("Kubernetes", "AWS", "Prometheus", "Python", "Linux"),
        tasks=(
            "Three clusters, two of them unloved.",
            "We page people for things that heal themselves; that has to stop.",
            "Costs doubled in a year while the traffic did not.",
        ),
    ),
    Theme(
        category=DESIGN,
        count=10,
        titles=(
            "Design system for a {industry} dashboard",
            "User research for a {industry} onboarding",
            "Redesign the {industry} job board experience",
        ),
        core=("Figma",),
        extra=("User research", "Accessibility", "Prototyping", "Illustration"),
        tasks=(
            "Our users are on the phone while they use the screen.",
            "Contrast and keyboard use are requirements, not wishes.",
            "Five interviews are arranged for the first week.",
        ),
    ),
    Theme(
        category=WEB,
        count=10,
        titles=(
            "TypeScript front end for a {industry} map",
            "React tables that stay fast for {industry}",
            "Accessible checkout for a {industry} shop",
        ),
        core=("TypeScript",),
        extra=("React", "Vue", "CSS", "Playwright", "Accessibility"),
        tasks=(
            "The table shows forty thousand rows and must not stutter.",
            "No new dependencies without a reason.",
            "The designs are finished and clickable.",
        ),
    ),
)

INDUSTRIES = (
    "logistics", "insurance", "solar energy", "dental care", "furniture", "museum", "cycling",
    "food delivery", "real estate", "travel", "nonprofit", "fitness", "publishing", "wine",
    "machine parts", "education",
)  # fmt: skip

CLIENTS = (
    ("Nordlicht Logistik", "Germany"), ("Harbour & Pine", "Canada"), ("Casa Verde", "Portugal"),
    ("Blue Heron Dental", "United States"), ("Atelier Moreau", "France"), ("Kiwi Trails", "New Zealand"),
    ("Fjord Energi", "Norway"), ("Lumen Press", "United Kingdom"), ("Tallinn Works", "Estonia"),
    ("Orchard Foods", "Ireland"), ("Sakura Mobility", "Japan"), ("Rio Claro Imports", "Brazil"),
    ("Delta Polder", "Netherlands"), ("Red Sand Travel", "Australia"), ("Monte Rosa Fitness", "Switzerland"),
    ("Vistula Parts", "Poland"), ("Baobab Learning", "Kenya"), ("Granite Mutual", "United States"),
    ("Aurora Homes", "Finland"), ("Saffron Supply", "India"),
)  # fmt: skip

OPENINGS = (
    "{client} is looking for a careful specialist in {skill}.",
    "We are {client}, a company of {size} people, and need help with {skill}.",
    "{client} wants to finish what an earlier contractor began: {skill}.",
    "Short and clear: {client} needs somebody who has done {skill} before.",
)

CLOSINGS = (
    "Please begin your proposal with a question about the project.",
    "We answer every proposal within three days.",
    "Part time is fine, as long as two hours a day overlap with ours.",
    "A paid trial task comes first, so that both sides know each other.",
    "Long-term work is likely if this goes well.",
)

CONTRACTS = (
    "Website refresh", "Data migration", "Support chat", "Quarterly reports", "Test automation",
    "Mobile app fixes", "CRM clean-up", "Search tuning", "Brand guide", "Cloud cost review",
)  # fmt: skip
