<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>The workflow could not be opened.</source>
        <translation>Der Workflow konnte nicht geöffnet werden.</translation>
    </message>
    <message>
        <source>New workflow…</source>
        <translation>Neuer Workflow …</translation>
    </message>
    <message>
        <source>Workflows</source>
        <translation>Workflows</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>Bearbeiten …</translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation>Workflow</translation>
    </message>
    <message>
        <source>Retry all jobs of this failure?</source>
        <translation>Alle Jobs dieses Fehlschlags wiederholen?</translation>
    </message>
    <message>
        <source>Each gets a new attempt and starts as soon as a robot is free.</source>
        <translation>Jeder bekommt einen neuen Versuch und beginnt, sobald ein Roboter frei ist.</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Mark as solved</source>
        <translation>Als gelöst markieren</translation>
    </message>
    <message>
        <source>It leaves the list. When a job fails like this again, it comes back and says so.</source>
        <translation>Er verlässt die Liste. Schlägt ein Job wieder so fehl, kommt er zurück und sagt es.</translation>
    </message>
    <message>
        <source>What was done</source>
        <translation>Was getan wurde</translation>
    </message>
    <message>
        <source>Optional, and kept with the failure.</source>
        <translation>Freiwillig; wird beim Fehlschlag aufbewahrt.</translation>
    </message>
    <message>
        <source>It could not be marked as solved</source>
        <translation>Er konnte nicht als gelöst markiert werden</translation>
    </message>
    <message>
        <source>Marked as solved.</source>
        <translation>Als gelöst markiert.</translation>
    </message>
    <message>
        <source>It could not be reopened</source>
        <translation>Er konnte nicht wieder geöffnet werden</translation>
    </message>
    <message>
        <source>Open again.</source>
        <translation>Wieder offen.</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Show its jobs</source>
        <translation>Seine Jobs zeigen</translation>
    </message>
    <message>
        <source>Retry all its jobs…</source>
        <translation>Alle seine Jobs wiederholen …</translation>
    </message>
    <message>
        <source>Mark as solved…</source>
        <translation>Als gelöst markieren …</translation>
    </message>
    <message>
        <source>Reopen</source>
        <translation>Wieder öffnen</translation>
    </message>
    <message>
        <source>Failure</source>
        <translation>Fehlschlag</translation>
    </message>
    <message>
        <source>Run the demo</source>
        <translation>Vorführung starten</translation>
    </message>
    <message>
        <source>End the demo</source>
        <translation>Vorführung beenden</translation>
    </message>
    <message>
        <source>Welcome: ways to begin</source>
        <translation>Willkommen: Wege zu beginnen</translation>
    </message>
    <message>
        <source>Export the incident…</source>
        <translation>Vorfall exportieren …</translation>
    </message>
    <message>
        <source>Export the incident</source>
        <translation>Vorfall exportieren</translation>
    </message>
    <message>
        <source>Zip files (*.zip)</source>
        <translation>Zip-Dateien (*.zip)</translation>
    </message>
    <message>
        <source>The incident could not be exported</source>
        <translation>Der Vorfall konnte nicht exportiert werden</translation>
    </message>
    <message>
        <source>{file} holds the incident ({size}).</source>
        <translation>{file} enthält den Vorfall ({size}).</translation>
    </message>
    <message>
        <source>Show the folder</source>
        <translation>Ordner zeigen</translation>
    </message>
    <message>
        <source>Collecting the incident…</source>
        <translation>Der Vorfall wird gesammelt …</translation>
    </message>
    <message>
        <source>Cancel these jobs?</source>
        <translation>Diese Jobs abbrechen?</translation>
    </message>
    <message>
        <source>What runs is stopped and its work is lost; Undo queues the jobs again.</source>
        <translation>Was läuft, wird gestoppt, und seine Arbeit ist verloren; Rückgängig reiht die Jobs wieder ein.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Retry these jobs?</source>
        <translation>Diese Jobs wiederholen?</translation>
    </message>
    <message>
        <source>Change the priority of these jobs?</source>
        <translation>Die Priorität dieser Jobs ändern?</translation>
    </message>
    <message>
        <source>Jobs that wait start in the order of their priority; those that run go on as they are.</source>
        <translation>Wartende Jobs beginnen in der Reihenfolge ihrer Priorität; laufende gehen weiter wie bisher.</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>No checkpoint could be taken</source>
        <translation>Es konnte kein Checkpoint angelegt werden</translation>
    </message>
    <message>
        <source>A checkpoint is kept.</source>
        <translation>Ein Checkpoint ist gesichert.</translation>
    </message>
    <message>
        <source>That could not be done</source>
        <translation>Das ging nicht</translation>
    </message>
    <message>
        <source>Done: {text}</source>
        <translation>Erledigt: {text}</translation>
    </message>
    <message>
        <source>{name} could not be paused</source>
        <translation>{name} konnte nicht angehalten werden</translation>
    </message>
    <message>
        <source>{workflow_name} pauses after its current steps.</source>
        <translation>{workflow_name} hält nach den laufenden Schritten an.</translation>
    </message>
    <message>
        <source>{name} could not be resumed</source>
        <translation>{name} konnte nicht fortgesetzt werden</translation>
    </message>
    <message>
        <source>{workflow_name} goes on.</source>
        <translation>{workflow_name} geht weiter.</translation>
    </message>
    <message>
        <source>{name} keeps its priority</source>
        <translation>{name} behält seine Priorität</translation>
    </message>
    <message>
        <source>{workflow_name} has priority {value} now.</source>
        <translation>{workflow_name} hat jetzt die Priorität {value}.</translation>
    </message>
    <message>
        <source>The job</source>
        <translation>Der Job</translation>
    </message>
    <message>
        <source>Retry from the failed step…</source>
        <translation>Ab dem fehlgeschlagenen Schritt wiederholen…</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Take a checkpoint</source>
        <translation>Checkpoint anlegen</translation>
    </message>
    <message>
        <source>Priority: {value}</source>
        <translation>Priorität: {value}</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>Job</translation>
    </message>
    <message>
        <source>Remove a view</source>
        <translation>Ansicht entfernen</translation>
    </message>
    <message>
        <source>Save this view</source>
        <translation>Diese Ansicht speichern</translation>
    </message>
    <message>
        <source>The status, the words and the fields of the search as they are now.</source>
        <translation>Der Status, die Wörter und die Felder der Suche, wie sie jetzt sind.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Export jobs</source>
        <translation>Jobs exportieren</translation>
    </message>
    <message>
        <source>Comma-separated values (*.csv)</source>
        <translation>Kommagetrennte Werte (*.csv)</translation>
    </message>
    <message>
        <source>The jobs could not be exported</source>
        <translation>Die Jobs konnten nicht exportiert werden</translation>
    </message>
    <message numerus="yes">
        <source>%n job is in {name}.</source>
        <comment>%n jobs are in {name}.</comment>
        <translation>
            <numerusform>%n Job steht in {name}.</numerusform>
            <numerusform>%n Jobs stehen in {name}.</numerusform>
        </translation>
    </message>
    <message>
        <source>The view “{short}” is saved.</source>
        <translation>Die Ansicht „{short}“ ist gespeichert.</translation>
    </message>
    <message>
        <source>The view “{name}” is removed.</source>
        <translation>Die Ansicht „{name}“ ist entfernt.</translation>
    </message>
    <message>
        <source>Views and columns of the jobs</source>
        <translation>Ansichten und Spalten der Jobs</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>Jobs</translation>
    </message>
    <message>
        <source>Save this view…</source>
        <translation>Diese Ansicht speichern …</translation>
    </message>
    <message>
        <source>Export these jobs as CSV…</source>
        <translation>Diese Jobs als CSV exportieren …</translation>
    </message>
    <message>
        <source>{name} could not be cancelled</source>
        <translation>{name} konnte nicht abgebrochen werden</translation>
    </message>
    <message numerus="yes">
        <source>%n id</source>
        <comment>%n ids</comment>
        <translation>
            <numerusform>%n Id</numerusform>
            <numerusform>%n Ids</numerusform>
        </translation>
    </message>
    <message>
        <source>The job as JSON</source>
        <translation>Der Job als JSON</translation>
    </message>
    <message>
        <source>{what} copied.</source>
        <translation>{what} kopiert.</translation>
    </message>
    <message>
        <source>The job could not be read: {error}</source>
        <translation>Der Job konnte nicht gelesen werden: {error}</translation>
    </message>
    <message>
        <source>The retry was refused</source>
        <translation>Die Wiederholung wurde abgelehnt</translation>
    </message>
    <message>
        <source>queued again</source>
        <translation>wieder eingereiht</translation>
    </message>
    <message>
        <source>New job…</source>
        <translation>Neuer Job …</translation>
    </message>
    <message>
        <source>Run again with changes…</source>
        <translation>Mit Änderungen noch einmal …</translation>
    </message>
    <message>
        <source>Copy id</source>
        <translation>Id kopieren</translation>
    </message>
    <message>
        <source>Copy as JSON</source>
        <translation>Als JSON kopieren</translation>
    </message>
    <message>
        <source>
and {number} more</source>
        <translation>
und {number} weitere</translation>
    </message>
    <message numerus="yes">
        <source>

Work of %n running job is lost.</source>
        <comment>

Work of %n running jobs is lost.</comment>
        <translation>
            <numerusform>

Die Arbeit von %n laufenden Job geht verloren.</numerusform>
            <numerusform>

Die Arbeit von %n laufenden Jobs geht verloren.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Cancel this job?</source>
        <comment>Cancel %n jobs?</comment>
        <translation>
            <numerusform>Diesen Job abbrechen?</numerusform>
            <numerusform>%n Jobs abbrechen?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Cancel job</source>
        <comment>Cancel %n jobs</comment>
        <translation>
            <numerusform>Job abbrechen</numerusform>
            <numerusform>%n Jobs abbrechen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job</source>
        <comment>%n jobs</comment>
        <translation>
            <numerusform>%n Job</numerusform>
            <numerusform>%n Jobs</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} could not be retried</source>
        <translation>{name} konnte nicht wiederholt werden</translation>
    </message>
    <message>
        <source>Discard {name}?</source>
        <translation>{name} verwerfen?</translation>
    </message>
    <message>
        <source>It waits for nobody any more and is not run again. It stays in the history, with your reason.</source>
        <translation>Er wartet auf niemanden mehr und läuft nicht wieder. Er bleibt in der Geschichte, mit Ihrer Begründung.</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Begründung</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>{name} could not be discarded</source>
        <translation>{name} konnte nicht verworfen werden</translation>
    </message>
    <message>
        <source>{name} is discarded.</source>
        <translation>{name} ist verworfen.</translation>
    </message>
    <message>
        <source>{steps} may have been done already, and would be done again.</source>
        <translation>{steps} ist vielleicht schon geschehen und würde noch einmal geschehen.</translation>
    </message>
    <message>
        <source>Retry {name} from its checkpoint?</source>
        <translation>{name} ab dem Checkpoint wiederholen?</translation>
    </message>
    <message>
        <source>Retry {name} from the start?</source>
        <translation>{name} von vorn wiederholen?</translation>
    </message>
    <message>
        <source>{what} Look at the site first.</source>
        <translation>{what} Sehen Sie zuerst auf der Website nach.</translation>
    </message>
    <message>
        <source>Retry from the start</source>
        <translation>Von vorn wiederholen</translation>
    </message>
    <message>
        <source>Retry from its checkpoint</source>
        <translation>Ab seinem Checkpoint wiederholen</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>Verwerfen …</translation>
    </message>
    <message>
        <source>{name} is queued again, from its checkpoint.</source>
        <translation>{name} ist wieder eingereiht, ab seinem Checkpoint.</translation>
    </message>
    <message>
        <source>{name} is queued again.</source>
        <translation>{name} ist wieder eingereiht.</translation>
    </message>
    <message>
        <source>Dead letter</source>
        <translation>Gestrandet</translation>
    </message>
    <message>
        <source>{name} goes on.</source>
        <translation>{name} geht weiter.</translation>
    </message>
    <message>
        <source>{name} could not be restarted</source>
        <translation>{name} konnte nicht neu gestartet werden</translation>
    </message>
    <message>
        <source>{name} starts anew.</source>
        <translation>{name} startet neu.</translation>
    </message>
    <message>
        <source>{name} is no robot of this computer any more.</source>
        <translation>{name} ist kein Roboter dieses Rechners mehr.</translation>
    </message>
    <message>
        <source>{name} does not run</source>
        <translation>{name} läuft nicht</translation>
    </message>
    <message>
        <source>{name} could not be started</source>
        <translation>{name} konnte nicht gestartet werden</translation>
    </message>
    <message>
        <source>{name} is starting.</source>
        <translation>{name} startet.</translation>
    </message>
    <message>
        <source>{name} could not be stopped</source>
        <translation>{name} konnte nicht gestoppt werden</translation>
    </message>
    <message>
        <source>{name} is stopped.</source>
        <translation>{name} ist gestoppt.</translation>
    </message>
    <message>
        <source>{name} could not be drained</source>
        <translation>{name} konnte nicht zum Auslaufen gebracht werden</translation>
    </message>
    <message>
        <source>{name} finishes its work, then stops.</source>
        <translation>{name} beendet seine Arbeit, dann hält er an.</translation>
    </message>
    <message>
        <source>Start a robot here…</source>
        <translation>Hier einen Roboter starten …</translation>
    </message>
    <message>
        <source>Start its process</source>
        <translation>Seinen Prozess starten</translation>
    </message>
    <message>
        <source>Stop its process…</source>
        <translation>Seinen Prozess stoppen …</translation>
    </message>
    <message>
        <source>Keep it at work</source>
        <translation>Bei der Arbeit halten</translation>
    </message>
    <message>
        <source>Restart its process</source>
        <translation>Seinen Prozess neu starten</translation>
    </message>
    <message>
        <source>Log of its process</source>
        <translation>Protokoll seines Prozesses</translation>
    </message>
    <message>
        <source>Forget it here</source>
        <translation>Hier vergessen</translation>
    </message>
    <message>
        <source>{workflow} asks you</source>
        <translation>{workflow} fragt Sie</translation>
    </message>
    <message>
        <source>Answer…</source>
        <translation>Antworten …</translation>
    </message>
    <message>
        <source>Answer the most urgent question…</source>
        <translation>Die dringendste Frage beantworten …</translation>
    </message>
    <message>
        <source>Questions</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>Open the job</source>
        <translation>Job öffnen</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Look at the repair…</source>
        <translation>Reparatur ansehen …</translation>
    </message>
    <message>
        <source>Approve the repair</source>
        <translation>Reparatur gutheißen</translation>
    </message>
    <message>
        <source>Reject the repair</source>
        <translation>Reparatur ablehnen</translation>
    </message>
    <message>
        <source>Open the run that saw it</source>
        <translation>Lauf öffnen, der es sah</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>Reparatur</translation>
    </message>
    <message>
        <source>{name} finishes its work, then restarts.</source>
        <translation>{name} beendet seine Arbeit, dann startet er neu.</translation>
    </message>
    <message>
        <source>Restart {name}?</source>
        <translation>{name} neu starten?</translation>
    </message>
    <message>
        <source>It takes nothing new, finishes what it runs, and starts anew. No job is lost.</source>
        <translation>Er nimmt nichts Neues, beendet, was er ausführt, und startet neu. Kein Job geht verloren.</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>{name} could not be removed</source>
        <translation>{name} konnte nicht entfernt werden</translation>
    </message>
    <message>
        <source>{name} is removed.</source>
        <translation>{name} ist entfernt.</translation>
    </message>
    <message>
        <source>Remove {name}?</source>
        <translation>{name} entfernen?</translation>
    </message>
    <message>
        <source>It leaves the list; its jobs and their logs stay. It can connect again at any time.</source>
        <translation>Er verlässt die Liste; seine Jobs und ihre Protokolle bleiben. Er kann sich jederzeit wieder verbinden.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>{name} finishes its work and takes nothing new.</source>
        <translation>{name} beendet seine Arbeit und nimmt nichts Neues.</translation>
    </message>
    <message>
        <source>{name} takes work again.</source>
        <translation>{name} nimmt wieder Arbeit an.</translation>
    </message>
    <message>
        <source>Id copied.</source>
        <translation>Id kopiert.</translation>
    </message>
    <message>
        <source>Connect a robot…</source>
        <translation>Roboter verbinden …</translation>
    </message>
    <message>
        <source>Robots</source>
        <translation>Roboter</translation>
    </message>
    <message>
        <source>Send a job…</source>
        <translation>Job schicken …</translation>
    </message>
    <message>
        <source>Drain</source>
        <translation>Auslaufen lassen</translation>
    </message>
    <message>
        <source>Drain with a deadline…</source>
        <translation>Mit einer Frist auslaufen lassen …</translation>
    </message>
    <message>
        <source>Maintenance…</source>
        <translation>Wartung …</translation>
    </message>
    <message>
        <source>Restart…</source>
        <translation>Neu starten …</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen …</translation>
    </message>
    <message>
        <source>Robot</source>
        <translation>Roboter</translation>
    </message>
    <message>
        <source>{name} could not be run</source>
        <translation>{name} konnte nicht ausgeführt werden</translation>
    </message>
    <message>
        <source>{workflow_name} is queued.</source>
        <translation>{workflow_name} ist eingereiht.</translation>
    </message>
    <message>
        <source>It will not run again. Jobs that it started stay.</source>
        <translation>Er läuft nicht wieder. Jobs, die er gestartet hat, bleiben.</translation>
    </message>
    <message>
        <source>{name} is paused.</source>
        <translation>{name} ist angehalten.</translation>
    </message>
    <message>
        <source>{name} runs again.</source>
        <translation>{name} läuft wieder.</translation>
    </message>
    <message>
        <source>The schedule</source>
        <translation>Der Zeitplan</translation>
    </message>
    <message>
        <source>New schedule…</source>
        <translation>Neuer Zeitplan …</translation>
    </message>
    <message>
        <source>Schedules</source>
        <translation>Zeitpläne</translation>
    </message>
    <message>
        <source>The week ahead…</source>
        <translation>Die Woche voraus …</translation>
    </message>
    <message>
        <source>History…</source>
        <translation>Geschichte …</translation>
    </message>
    <message>
        <source>Run now</source>
        <translation>Jetzt ausführen</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>Zeitplan</translation>
    </message>
    <message>
        <source>It</source>
        <translation>Es</translation>
    </message>
    <message>
        <source>{title}: that could not be undone</source>
        <translation>{title}: das ließ sich nicht rückgängig machen</translation>
    </message>
    <message>
        <source>Done: {undo}.</source>
        <translation>Erledigt: {undo}.</translation>
    </message>
    <message>
        <source>The notice could not be taken down</source>
        <translation>Der Hinweis konnte nicht abgenommen werden</translation>
    </message>
    <message>
        <source>Alerts…</source>
        <translation>Warnungen …</translation>
    </message>
    <message>
        <source>Watch</source>
        <translation>Überwachung</translation>
    </message>
    <message>
        <source>While you were away…</source>
        <translation>Während Sie weg waren …</translation>
    </message>
    <message>
        <source>The engine&apos;s log…</source>
        <translation>Protokoll der Engine…</translation>
    </message>
    <message>
        <source>Switch on again what the engine switched off</source>
        <translation>Wieder einschalten, was die Engine ausgeschaltet hat</translation>
    </message>
    <message>
        <source>Import a workflow</source>
        <translation>Workflow importieren</translation>
    </message>
    <message>
        <source>Workflows (*.yaml *.yml *.json)</source>
        <translation>Workflows (*.yaml *.yml *.json)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Import a recording</source>
        <translation>Aufzeichnung importieren</translation>
    </message>
    <message>
        <source>Recordings (*.json *.side *.py)</source>
        <translation>Aufzeichnungen (*.json *.side *.py)</translation>
    </message>
    <message>
        <source>{name} could not be read as a recording</source>
        <translation>{name} konnte nicht als Aufzeichnung gelesen werden</translation>
    </message>
    <message>
        <source>The workflow</source>
        <translation>Der Workflow</translation>
    </message>
    <message>
        <source>It leaves the lists with all its versions. Jobs that ran it stay readable.</source>
        <translation>Er verlässt die Listen mit allen seinen Versionen. Jobs, die ihn ausführten, bleiben lesbar.</translation>
    </message>
    <message>
        <source>{name} could not be imported</source>
        <translation>{name} konnte nicht importiert werden</translation>
    </message>
    <message>
        <source>{name} is imported.</source>
        <translation>{name} ist importiert.</translation>
    </message>
    <message>
        <source>Import a workflow…</source>
        <translation>Workflow importieren …</translation>
    </message>
    <message>
        <source>Run…</source>
        <translation>Ausführen …</translation>
    </message>
    <message>
        <source>Import a recording…</source>
        <translation>Aufzeichnung importieren …</translation>
    </message>
    <message>
        <source>Versions…</source>
        <translation>Versionen …</translation>
    </message>
    <message>
        <source>The connection to the engine is lost. Trying again; what you see may be out of date.</source>
        <translation>Die Verbindung zur Engine ist verloren. Neuer Versuch; was Sie sehen, ist vielleicht veraltet.</translation>
    </message>
    <message>
        <source>Stay open</source>
        <translation>Geöffnet bleiben</translation>
    </message>
    <message numerus="yes">
        <source> %n other thing is switched off too.</source>
        <comment> %n other things are switched off too.</comment>
        <translation>
            <numerusform> %n Weiteres ist auch ausgeschaltet.</numerusform>
            <numerusform> %n Weitere sind auch ausgeschaltet.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job was at work</source>
        <comment>%n jobs were at work</comment>
        <translation>
            <numerusform>%n Job war bei der Arbeit</numerusform>
            <numerusform>%n Jobs waren bei der Arbeit</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n schedule missed runs</source>
        <comment>%n schedules missed runs</comment>
        <translation>
            <numerusform>%n Zeitplan verpasste Läufe</numerusform>
            <numerusform>%n Zeitpläne verpassten Läufe</numerusform>
        </translation>
    </message>
    <message>
        <source>While you were away: {what}.</source>
        <translation>Während Sie weg waren: {what}.</translation>
    </message>
    <message>
        <source>{what} and {more}</source>
        <translation>{what} und {more}</translation>
    </message>
    <message>
        <source>See what became of them</source>
        <translation>Sehen, was aus ihnen wurde</translation>
    </message>
    <message>
        <source>No robot is connected</source>
        <translation>Kein Roboter ist verbunden</translation>
    </message>
    <message numerus="yes">
        <source>, and %n job waits for one.</source>
        <comment>, and %n jobs wait for one.</comment>
        <translation>
            <numerusform>, und %n Job wartet auf einen.</numerusform>
            <numerusform>, und %n Jobs warten auf einen.</numerusform>
        </translation>
    </message>
    <message>
        <source>, so jobs will wait.</source>
        <translation>, Jobs werden also warten.</translation>
    </message>
    <message>
        <source>The jobs could not be changed</source>
        <translation>Die Jobs konnten nicht geändert werden</translation>
    </message>
    <message>
        <source>It could not be taken back</source>
        <translation>Es ließ sich nicht zurücknehmen</translation>
    </message>
    <message numerus="yes">
        <source>Taken back for %n job.</source>
        <comment>Taken back for %n jobs.</comment>
        <translation>
            <numerusform>Für %n Job zurückgenommen.</numerusform>
            <numerusform>Für %n Jobs zurückgenommen.</numerusform>
        </translation>
    </message>
    <message>
        <source>{words} The engine goes on with the other {number}.</source>
        <translation>{words} Die Engine macht mit den übrigen {number} weiter.</translation>
    </message>
    <message numerus="yes">
        <source> %n other had changed meanwhile.</source>
        <comment> %n others had changed meanwhile.</comment>
        <translation>
            <numerusform> %n anderer hatte sich inzwischen geändert.</numerusform>
            <numerusform> %n andere hatten sich inzwischen geändert.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job is cancelled.</source>
        <comment>%n jobs are cancelled.</comment>
        <translation>
            <numerusform>%n Job ist abgebrochen.</numerusform>
            <numerusform>%n Jobs sind abgebrochen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job is queued again.</source>
        <comment>%n jobs are queued again.</comment>
        <translation>
            <numerusform>%n Job ist wieder eingereiht.</numerusform>
            <numerusform>%n Jobs sind wieder eingereiht.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job is given the new priority.</source>
        <comment>%n jobs are given the new priority.</comment>
        <translation>
            <numerusform>%n Job hat die neue Priorität.</numerusform>
            <numerusform>%n Jobs haben die neue Priorität.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source> %n other had gone on.</source>
        <comment> %n others had gone on.</comment>
        <translation>
            <numerusform> %n anderer war schon weiter.</numerusform>
            <numerusform> %n andere waren schon weiter.</numerusform>
        </translation>
    </message>
    <message>
        <source>Success rate</source>
        <translation>Erfolgsquote</translation>
    </message>
    <message>
        <source>Average</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartend</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Laufend</translation>
    </message>
    <message>
        <source>No data in this range yet</source>
        <translation>In diesem Zeitraum noch keine Daten</translation>
    </message>
    <message>
        <source>Succeeded</source>
        <translation>Gelungen</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>{successes} succeeded   {failures} failed</source>
        <translation>{successes} gelungen   {failures} fehlgeschlagen</translation>
    </message>
    <message>
        <source>No robot has been seen in this range</source>
        <translation>In diesem Zeitraum wurde kein Roboter gesehen</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>Von Hand</translation>
    </message>
    <message>
        <source>Recovery</source>
        <translation>Wiederherstellung</translation>
    </message>
    <message>
        <source>Milestone</source>
        <translation>Meilenstein</translation>
    </message>
    <message>
        <source>Before the error</source>
        <translation>Vor dem Fehler</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>Angelegt</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Attempt</source>
        <translation>Versuch</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>{number} of {total} steps</source>
        <translation>{number} von {total} Schritten</translation>
    </message>
    <message>
        <source>nothing yet</source>
        <translation>noch nichts</translation>
    </message>
    <message>
        <source>Done: {done}</source>
        <translation>Fertig: {done}</translation>
    </message>
    <message numerus="yes">
        <source>%n job found</source>
        <comment>%n jobs found</comment>
        <translation>
            <numerusform>%n Job gefunden</numerusform>
            <numerusform>%n Jobs gefunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal sent</source>
        <comment>%n proposals sent</comment>
        <translation>
            <numerusform>%n Angebot gesendet</numerusform>
            <numerusform>%n Angebote gesendet</numerusform>
        </translation>
    </message>
    <message>
        <source>exactly what the marketplace&apos;s own data says</source>
        <translation>genau was die Daten des Marktplatzes sagen</translation>
    </message>
    <message>
        <source>It works: {found} jobs found, {sent} proposals sent and seen.</source>
        <translation>Es funktioniert: {found} Jobs gefunden, {sent} Angebote gesendet und gesehen.</translation>
    </message>
    <message>
        <source>The robots did not connect in time.</source>
        <translation>Die Roboter haben sich nicht rechtzeitig verbunden.</translation>
    </message>
    <message numerus="yes">
        <source>%n workflow</source>
        <comment>%n workflows</comment>
        <translation>
            <numerusform>%n Workflow</numerusform>
            <numerusform>%n Workflows</numerusform>
        </translation>
    </message>
    <message>
        <source>The work did not end in time.</source>
        <translation>Die Arbeit endete nicht rechtzeitig.</translation>
    </message>
    <message>
        <source>the demo was ended</source>
        <translation>die Vorführung wurde beendet</translation>
    </message>
    <message>
        <source>The engine stopped during the demo. End it, then start it again.</source>
        <translation>Die Engine hielt während der Vorführung an. Beenden Sie sie und starten Sie sie neu.</translation>
    </message>
    <message>
        <source>A marketplace</source>
        <translation>Ein Marktplatz</translation>
    </message>
    <message>
        <source>Two robots with browsers</source>
        <translation>Zwei Roboter mit Browsern</translation>
    </message>
    <message>
        <source>Workflows for them</source>
        <translation>Workflows für sie</translation>
    </message>
    <message>
        <source>Search it for jobs</source>
        <translation>Dort nach Jobs suchen</translation>
    </message>
    <message>
        <source>Send proposals</source>
        <translation>Angebote senden</translation>
    </message>
    <message>
        <source>Compare with the site</source>
        <translation>Mit der Website vergleichen</translation>
    </message>
    <message>
        <source>The demo</source>
        <translation>Die Vorführung</translation>
    </message>
    <message>
        <source>Watch them work</source>
        <translation>Bei der Arbeit zusehen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>It takes about a minute. The figures below are real.</source>
        <translation>Es dauert etwa eine Minute. Die Zahlen unten sind echt.</translation>
    </message>
    <message>
        <source>Taking everything away again…</source>
        <translation>Alles wird wieder weggeräumt …</translation>
    </message>
    <message>
        <source>Open the job of: {step}</source>
        <translation>Den Job öffnen von: {step}</translation>
    </message>
    <message>
        <source>The engine stopped.</source>
        <translation>Die Engine hat angehalten.</translation>
    </message>
    <message>
        <source>Something unexpected happened.</source>
        <translation>Etwas Unerwartetes ist geschehen.</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>Speichern unter …</translation>
    </message>
    <message>
        <source>not kept</source>
        <translation>nicht aufbewahrt</translation>
    </message>
    <message>
        <source>This job has left no files.</source>
        <translation>Dieser Job hat keine Dateien hinterlassen.</translation>
    </message>
    <message>
        <source>Save the file to look at it.</source>
        <translation>Speichern Sie die Datei, um sie anzusehen.</translation>
    </message>
    <message>
        <source>Save the file</source>
        <translation>Datei speichern</translation>
    </message>
    <message>
        <source>{name} could not be saved</source>
        <translation>{name} konnte nicht gespeichert werden</translation>
    </message>
    <message>
        <source>Saved as {saved}.</source>
        <translation>Gespeichert als {saved}.</translation>
    </message>
    <message>
        <source>No checkpoints</source>
        <translation>Keine Checkpoints</translation>
    </message>
    <message>
        <source>Runs keep them after steps and at milestones; a pause and a retry go on from them.</source>
        <translation>Läufe sichern sie nach Schritten und an Meilensteinen; eine Pause und eine Wiederholung gehen von ihnen aus weiter.</translation>
    </message>
    <message>
        <source>Checkpoints</source>
        <translation>Checkpoints</translation>
    </message>
    <message>
        <source>Retry from this one…</source>
        <translation>Ab diesem wiederholen …</translation>
    </message>
    <message>
        <source>Take one now</source>
        <translation>Jetzt einen anlegen</translation>
    </message>
    <message>
        <source>Nowhere yet</source>
        <translation>Noch nirgends</translation>
    </message>
    <message>
        <source>Versions and robots that it was seen on show here.</source>
        <translation>Versionen und Roboter, auf denen er gesehen wurde, stehen hier.</translation>
    </message>
    <message>
        <source>No job stands failed</source>
        <translation>Kein Job steht fehlgeschlagen da</translation>
    </message>
    <message>
        <source>All of them were retried, or have been cleaned away.</source>
        <translation>Alle wurden wiederholt oder sind aufgeräumt.</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>Wird geladen</translation>
    </message>
    <message>
        <source>Not loaded</source>
        <translation>Nicht geladen</translation>
    </message>
    <message>
        <source> in step {step_id}</source>
        <translation> in Schritt {step_id}</translation>
    </message>
    <message>
        <source>{times}   {jobs} failed</source>
        <translation>{times}   {jobs} fehlgeschlagen</translation>
    </message>
    <message numerus="yes">
        <source>%n time</source>
        <comment>%n times</comment>
        <translation>
            <numerusform>%n Mal</numerusform>
            <numerusform>%n Mal</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job stands</source>
        <comment>%n jobs stand</comment>
        <translation>
            <numerusform>%n Job steht</numerusform>
            <numerusform>%n Jobs stehen</numerusform>
        </translation>
    </message>
    <message>
        <source>Jobs that stand failed</source>
        <translation>Fehlgeschlagene Jobs</translation>
    </message>
    <message>
        <source>Some of its jobs</source>
        <translation>Einige seiner Jobs</translation>
    </message>
    <message>
        <source>The newest message</source>
        <translation>Die neueste Meldung</translation>
    </message>
    <message>
        <source>Retry all…</source>
        <translation>Alle wiederholen …</translation>
    </message>
    <message>
        <source>Its jobs</source>
        <translation>Seine Jobs</translation>
    </message>
    <message>
        <source>Where it happened</source>
        <translation>Wo es geschah</translation>
    </message>
    <message>
        <source>Details of the failure</source>
        <translation>Einzelheiten des Fehlschlags</translation>
    </message>
    <message>
        <source>{who} noted: {note}</source>
        <translation>{who} notierte: {note}</translation>
    </message>
    <message>
        <source>Somebody</source>
        <translation>Jemand</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>Gruppe</translation>
    </message>
    <message>
        <source>Pattern</source>
        <translation>Muster</translation>
    </message>
    <message>
        <source>Whose</source>
        <translation>Wessen</translation>
    </message>
    <message>
        <source>First seen</source>
        <translation>Zuerst gesehen</translation>
    </message>
    <message>
        <source>Last seen</source>
        <translation>Zuletzt gesehen</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Male</translation>
    </message>
    <message>
        <source>Failed now</source>
        <translation>Jetzt fehlgeschlagen</translation>
    </message>
    <message>
        <source>Solved</source>
        <translation>Gelöst</translation>
    </message>
    <message>
        <source>Came back</source>
        <translation>Kam wieder</translation>
    </message>
    <message>
        <source>Reopened</source>
        <translation>Wieder geöffnet</translation>
    </message>
    <message>
        <source>No steps yet</source>
        <translation>Noch keine Schritte</translation>
    </message>
    <message>
        <source>Steps show here as soon as a robot has taken the job.</source>
        <translation>Schritte erscheinen hier, sobald ein Roboter den Job genommen hat.</translation>
    </message>
    <message>
        <source>Run again…</source>
        <translation>Noch einmal …</translation>
    </message>
    <message>
        <source>From failed step…</source>
        <translation>Ab Fehlerschritt…</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>More: pause, resume, priority, copy</source>
        <translation>Mehr: anhalten, fortsetzen, Priorität, kopieren</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>Unbekannt</translation>
    </message>
    <message>
        <source>created {age}</source>
        <translation>angelegt {age}</translation>
    </message>
    <message>
        <source>ran {job_duration}</source>
        <translation>lief {job_duration}</translation>
    </message>
    <message>
        <source>on {robot_name}</source>
        <translation>auf {robot_name}</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Parts of the job</source>
        <translation>Teile des Jobs</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>Überblick</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation>Versuche</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>Priorität</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Angelegt</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Begonnen</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Not before</source>
        <translation>Nicht vor</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Grenze</translation>
    </message>
    <message>
        <source>Tries again</source>
        <translation>Wiederholt sich</translation>
    </message>
    <message>
        <source>up to {max_retries} times</source>
        <translation>bis zu {max_retries} Mal</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>Asked by</source>
        <translation>Gefragt von</translation>
    </message>
    <message>
        <source>a schedule</source>
        <translation>ein Zeitplan</translation>
    </message>
    <message>
        <source>Needs</source>
        <translation>Braucht</translation>
    </message>
    <message>
        <source>nothing special</source>
        <translation>nichts Besonderes</translation>
    </message>
    <message>
        <source>, not started</source>
        <translation>, nicht begonnen</translation>
    </message>
    <message>
        <source>a robot that was removed</source>
        <translation>einem entfernten Roboter</translation>
    </message>
    <message>
        <source>{outcome} on {robot_name}{length}</source>
        <translation>{outcome} auf {robot_name}{length}</translation>
    </message>
    <message>
        <source>Run it now</source>
        <translation>Jetzt ausführen</translation>
    </message>
    <message>
        <source>Resume the job</source>
        <translation>Job fortsetzen</translation>
    </message>
    <message>
        <source>Raise its priority</source>
        <translation>Seine Priorität erhöhen</translation>
    </message>
    <message>
        <source>Allow one more at once</source>
        <translation>Einen mehr zugleich erlauben</translation>
    </message>
    <message>
        <source>Close the breaker</source>
        <translation>Die Sicherung schließen</translation>
    </message>
    <message>
        <source>Resume the robot</source>
        <translation>Roboter fortsetzen</translation>
    </message>
    <message>
        <source>asked to stop</source>
        <translation>gebeten anzuhalten</translation>
    </message>
    <message>
        <source>its pages closed</source>
        <translation>seine Seiten geschlossen</translation>
    </message>
    <message>
        <source>its browser killed</source>
        <translation>sein Browser beendet</translation>
    </message>
    <message>
        <source>its place given back</source>
        <translation>sein Platz zurückgegeben</translation>
    </message>
    <message>
        <source>{kind}, step {step_id}</source>
        <translation>{kind}, Schritt {step_id}</translation>
    </message>
    <message>
        <source>Why it waits</source>
        <translation>Warum er wartet</translation>
    </message>
    <message>
        <source>It asks you</source>
        <translation>Er fragt Sie</translation>
    </message>
    <message>
        <source>It can be repeated without harm.</source>
        <translation>Er kann ohne Schaden wiederholt werden.</translation>
    </message>
    <message>
        <source>It may not simply be repeated.</source>
        <translation>Er darf nicht einfach wiederholt werden.</translation>
    </message>
    <message>
        <source>Somebody has to decide</source>
        <translation>Jemand muss entscheiden</translation>
    </message>
    <message>
        <source>It was cut off in {steps}.</source>
        <translation>Er wurde unterbrochen in {steps}.</translation>
    </message>
    <message>
        <source>Start over</source>
        <translation>Von vorn beginnen</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Weitermachen</translation>
    </message>
    <message>
        <source>Stopped: {stopped_by}</source>
        <translation>Gestoppt: {stopped_by}</translation>
    </message>
    <message>
        <source>Nothing of it is left.</source>
        <translation>Nichts ist von ihm übrig.</translation>
    </message>
    <message>
        <source>Nobody could look whether something of it is left.</source>
        <translation>Niemand konnte nachsehen, ob etwas von ihm übrig ist.</translation>
    </message>
    <message>
        <source>Left: {sessions_left} sessions, {processes_left} processes.</source>
        <translation>Übrig: {sessions_left} Sitzungen, {processes_left} Prozesse.</translation>
    </message>
    <message>
        <source>Stopped within {span}</source>
        <translation>Gestoppt innerhalb von {span}</translation>
    </message>
    <message>
        <source>How it was stopped</source>
        <translation>Wie er gestoppt wurde</translation>
    </message>
    <message>
        <source>Lowest level</source>
        <translation>Niedrigste Stufe</translation>
    </message>
    <message>
        <source>Search the log</source>
        <translation>Protokoll durchsuchen</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>Folgen</translation>
    </message>
    <message>
        <source>Save the log…</source>
        <translation>Protokoll speichern …</translation>
    </message>
    <message>
        <source>Save the log</source>
        <translation>Protokoll speichern</translation>
    </message>
    <message>
        <source>The log is in {file}.</source>
        <translation>Das Protokoll steht in {file}.</translation>
    </message>
    <message>
        <source>No jobs yet</source>
        <translation>Noch keine Jobs</translation>
    </message>
    <message>
        <source>What this robot runs and ran shows here.</source>
        <translation>Was dieser Roboter ausführt und ausgeführt hat, steht hier.</translation>
    </message>
    <message>
        <source>More: drain with a deadline, maintenance, restart</source>
        <translation>Mehr: mit einer Frist auslaufen lassen, Wartung, Neustart</translation>
    </message>
    <message>
        <source>{slots_busy} of {slots} slots busy   {browser}   {host}</source>
        <translation>{slots_busy} von {slots} Plätzen belegt   {browser}   {host}</translation>
    </message>
    <message>
        <source>Out of work</source>
        <translation>Außer Betrieb</translation>
    </message>
    <message>
        <source>Jobs of the robot</source>
        <translation>Jobs des Roboters</translation>
    </message>
    <message>
        <source>Parts of the robot</source>
        <translation>Teile des Roboters</translation>
    </message>
    <message numerus="yes">
        <source>%n action</source>
        <comment>%n actions</comment>
        <translation>
            <numerusform>%n Aktion</numerusform>
            <numerusform>%n Aktionen</numerusform>
        </translation>
    </message>
    <message>
        <source>Slots</source>
        <translation>Plätze</translation>
    </message>
    <message>
        <source>{slots_busy} of {slots} busy</source>
        <translation>{slots_busy} von {slots} belegt</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>{share} of the machine, {size} its own</source>
        <translation>{share} des Rechners, {size} sein eigener</translation>
    </message>
    <message>
        <source>Heartbeat</source>
        <translation>Herzschlag</translation>
    </message>
    <message>
        <source>Browser</source>
        <translation>Browser</translation>
    </message>
    <message>
        <source>Can</source>
        <translation>Kann</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Marken</translation>
    </message>
    <message>
        <source>Machine</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Leaked</source>
        <translation>Übrig geblieben</translation>
    </message>
    <message>
        <source>{leaked} since its start</source>
        <translation>{leaked} seit seinem Start</translation>
    </message>
    <message>
        <source>Known since</source>
        <translation>Bekannt seit</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Tries</source>
        <translation>Versuche</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nach</translation>
    </message>
    <message>
        <source>If</source>
        <translation>Falls</translation>
    </message>
    <message>
        <source>Critical</source>
        <translation>Kritisch</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Nothing is wrong</source>
        <translation>Alles in Ordnung</translation>
    </message>
    <message>
        <source>Alerts come and go by themselves; open ones show here.</source>
        <translation>Warnungen kommen und gehen von selbst; offene stehen hier.</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>An alert goes by itself when it is calm again.</source>
        <translation>Eine Warnung geht von selbst, wenn wieder Ruhe ist.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>for {span}</source>
        <translation>seit {span}</translation>
    </message>
    <message>
        <source>seen by {who}</source>
        <translation>gesehen von {who}</translation>
    </message>
    <message>
        <source>somebody</source>
        <translation>jemandem</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>Seen: {message}</source>
        <translation>Gesehen: {message}</translation>
    </message>
    <message>
        <source>It could not be marked as seen</source>
        <translation>Sie konnte nicht als gesehen markiert werden</translation>
    </message>
    <message>
        <source>Approve this?</source>
        <translation>Zustimmen?</translation>
    </message>
    <message>
        <source>A run asks you</source>
        <translation>Ein Lauf fragt Sie</translation>
    </message>
    <message>
        <source>Something to do by hand</source>
        <translation>Etwas von Hand zu tun</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Optional; kept beside the answer, and told to the run.</source>
        <translation>Freiwillig; wird bei der Antwort aufbewahrt und dem Lauf gesagt.</translation>
    </message>
    <message>
        <source>{workflow}  {id}, step {step_id}</source>
        <translation>{workflow}  {id}, Schritt {step_id}</translation>
    </message>
    <message>
        <source>{age}, then {at_deadline_words}</source>
        <translation>{age}, dann {at_deadline_words}</translation>
    </message>
    <message>
        <source>Asked</source>
        <translation>Gefragt</translation>
    </message>
    <message>
        <source>Deadline</source>
        <translation>Frist</translation>
    </message>
    <message>
        <source>What it is about</source>
        <translation>Worum es geht</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Später</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>Approve</source>
        <translation>Zustimmen</translation>
    </message>
    <message>
        <source>It is done</source>
        <translation>Es ist getan</translation>
    </message>
    <message>
        <source>Send the answer</source>
        <translation>Antwort senden</translation>
    </message>
    <message>
        <source>Answer: choose one.</source>
        <translation>Antwort: wählen Sie eine.</translation>
    </message>
    <message>
        <source>Answer: write one.</source>
        <translation>Antwort: schreiben Sie eine.</translation>
    </message>
    <message>
        <source>The answer was not taken</source>
        <translation>Die Antwort wurde nicht angenommen</translation>
    </message>
    <message>
        <source>Answered. {name} goes on.</source>
        <translation>Beantwortet. {name} geht weiter.</translation>
    </message>
    <message>
        <source>goes on</source>
        <translation>geht weiter</translation>
    </message>
    <message>
        <source>ended meanwhile; its result came later</source>
        <translation>endete inzwischen; sein Ergebnis kam später</translation>
    </message>
    <message>
        <source>is queued again</source>
        <translation>ist wieder eingereiht</translation>
    </message>
    <message>
        <source>waits for your decision</source>
        <translation>wartet auf Ihre Entscheidung</translation>
    </message>
    <message>
        <source>was ended</source>
        <translation>wurde beendet</translation>
    </message>
    <message>
        <source>its robot has not come back yet</source>
        <translation>sein Roboter ist noch nicht zurück</translation>
    </message>
    <message>
        <source>skipped, as its policy says</source>
        <translation>übersprungen, wie seine Regel sagt</translation>
    </message>
    <message>
        <source>only the latest is made up for</source>
        <translation>nur der letzte wird nachgeholt</translation>
    </message>
    <message>
        <source>all are made up for, one after the other</source>
        <translation>alle werden nachgeholt, einer nach dem anderen</translation>
    </message>
    <message>
        <source>No job was at work</source>
        <translation>Kein Job war bei der Arbeit</translation>
    </message>
    <message>
        <source>Nothing was running when the engine ended.</source>
        <translation>Nichts lief, als die Engine endete.</translation>
    </message>
    <message>
        <source>While you were away</source>
        <translation>Während Sie weg waren</translation>
    </message>
    <message>
        <source>Jobs that were at work</source>
        <translation>Jobs, die bei der Arbeit waren</translation>
    </message>
    <message numerus="yes">
        <source>and %n other job</source>
        <comment>and %n other jobs</comment>
        <translation>
            <numerusform>und %n anderer Job</numerusform>
            <numerusform>und %n andere Jobs</numerusform>
        </translation>
    </message>
    <message>
        <source>Schedules that missed runs</source>
        <translation>Zeitpläne, die Läufe verpassten</translation>
    </message>
    <message>
        <source>Got it</source>
        <translation>Verstanden</translation>
    </message>
    <message>
        <source>Since {time}</source>
        <translation>Seit {time}</translation>
    </message>
    <message>
        <source>It could not be put away</source>
        <translation>Es konnte nicht abgelegt werden</translation>
    </message>
    <message>
        <source>What the engine found when it started.</source>
        <translation>Was die Engine bei ihrem Start vorfand.</translation>
    </message>
    <message>
        <source>The engine was gone from {time} on, for {duration}.</source>
        <translation>Die Engine war ab {time} weg, {duration} lang.</translation>
    </message>
    <message numerus="yes">
        <source>%n run dropped</source>
        <comment>%n runs dropped</comment>
        <translation>
            <numerusform>%n Lauf ausgelassen</numerusform>
            <numerusform>%n Läufe ausgelassen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run made up for</source>
        <comment>%n runs made up for</comment>
        <translation>
            <numerusform>%n Lauf nachgeholt</numerusform>
            <numerusform>%n Läufe nachgeholt</numerusform>
        </translation>
    </message>
    <message>
        <source>runs were missed</source>
        <translation>Läufe wurden verpasst</translation>
    </message>
    <message>
        <source>Looking which jobs these are…</source>
        <translation>Es wird nachgesehen, welche Jobs das sind …</translation>
    </message>
    <message>
        <source>Nothing can be done.</source>
        <translation>Nichts ist zu tun.</translation>
    </message>
    <message>
        <source>No job can be changed.</source>
        <translation>Kein Job kann geändert werden.</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Ausgelassen</translation>
    </message>
    <message numerus="yes">
        <source>{verb} %n job</source>
        <comment>{verb} %n jobs</comment>
        <translation>
            <numerusform>%n Job: {verb}</numerusform>
            <numerusform>%n Jobs: {verb}</numerusform>
        </translation>
    </message>
    <message>
        <source>and {more} more</source>
        <translation>und {more} weitere</translation>
    </message>
    <message>
        <source>gets version {number} with its next heartbeat</source>
        <translation>bekommt Version {number} mit dem nächsten Herzschlag</translation>
    </message>
    <message>
        <source>has version {number}</source>
        <translation>hat Version {number}</translation>
    </message>
    <message>
        <source>has version {number}, which is not the newest</source>
        <translation>hat Version {number}, nicht die neueste</translation>
    </message>
    <message>
        <source>could not take version {number}: {detail}</source>
        <translation>konnte Version {number} nicht nehmen: {detail}</translation>
    </message>
    <message>
        <source>is to forget version {number}</source>
        <translation>soll Version {number} vergessen</translation>
    </message>
    <message>
        <source>Bring {name} to robots</source>
        <translation>{name} zu Robotern bringen</translation>
    </message>
    <message>
        <source>Version {number} is there before the first job asks for it.</source>
        <translation>Version {number} ist da, bevor der erste Job sie braucht.</translation>
    </message>
    <message>
        <source>is not connected</source>
        <translation>ist nicht verbunden</translation>
    </message>
    <message>
        <source>There is no robot yet.</source>
        <translation>Es gibt noch keinen Roboter.</translation>
    </message>
    <message>
        <source>Choose all</source>
        <translation>Alle wählen</translation>
    </message>
    <message>
        <source>Choose none</source>
        <translation>Keine wählen</translation>
    </message>
    <message numerus="yes">
        <source>Bring it to %n robot</source>
        <comment>Bring it to %n robots</comment>
        <translation>
            <numerusform>Zu %n Roboter bringen</numerusform>
            <numerusform>Zu %n Robotern bringen</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} could not be deployed</source>
        <translation>{name} konnte nicht verteilt werden</translation>
    </message>
    <message>
        <source> and others</source>
        <translation> und anderen</translation>
    </message>
    <message>
        <source>Not on {names}{others}; the rest have it or get it.</source>
        <translation>Nicht auf {names}{others}; die übrigen haben ihn oder bekommen ihn.</translation>
    </message>
    <message numerus="yes">
        <source>%n robot has it, or gets it with its next heartbeat.</source>
        <comment>%n robots have it, or get it with their next heartbeat.</comment>
        <translation>
            <numerusform>%n Roboter hat ihn oder bekommt ihn mit dem nächsten Herzschlag.</numerusform>
            <numerusform>%n Roboter haben ihn oder bekommen ihn mit dem nächsten Herzschlag.</numerusform>
        </translation>
    </message>
    <message>
        <source>No deadline: it may take as long as it takes</source>
        <translation>Keine Frist: es dauert, so lange es dauert</translation>
    </message>
    <message>
        <source>In 5 minutes</source>
        <translation>In 5 Minuten</translation>
    </message>
    <message>
        <source>In 15 minutes</source>
        <translation>In 15 Minuten</translation>
    </message>
    <message>
        <source>In 1 hour</source>
        <translation>In 1 Stunde</translation>
    </message>
    <message>
        <source>In 4 hours</source>
        <translation>In 4 Stunden</translation>
    </message>
    <message>
        <source>Wait on; the deadline only warns</source>
        <translation>Weiter warten; die Frist warnt nur</translation>
    </message>
    <message>
        <source>Hand over: pause at a checkpoint, another robot goes on</source>
        <translation>Übergeben: am Checkpoint anhalten, ein anderer Roboter macht weiter</translation>
    </message>
    <message>
        <source>Kill: what still runs is lost</source>
        <translation>Beenden: was noch läuft, ist verloren</translation>
    </message>
    <message>
        <source>Until I resume it</source>
        <translation>Bis ich ihn fortsetze</translation>
    </message>
    <message>
        <source>30 minutes</source>
        <translation>30 Minuten</translation>
    </message>
    <message>
        <source>1 hour</source>
        <translation>1 Stunde</translation>
    </message>
    <message>
        <source>4 hours</source>
        <translation>4 Stunden</translation>
    </message>
    <message>
        <source>1 day</source>
        <translation>1 Tag</translation>
    </message>
    <message>
        <source>{name} could not be taken out of work</source>
        <translation>{name} konnte nicht aus dem Betrieb genommen werden</translation>
    </message>
    <message>
        <source>Drain {name}</source>
        <translation>{name} auslaufen lassen</translation>
    </message>
    <message>
        <source>It finishes what it runs and takes nothing new.</source>
        <translation>Er beendet, was er ausführt, und nimmt nichts Neues.</translation>
    </message>
    <message>
        <source>Looking when it will be free…</source>
        <translation>Es wird nachgesehen, wann er frei ist …</translation>
    </message>
    <message>
        <source>At the deadline</source>
        <translation>Zur Frist</translation>
    </message>
    <message>
        <source>Optional; others see it at the robot.</source>
        <translation>Freiwillig; andere sehen sie beim Roboter.</translation>
    </message>
    <message>
        <source>At the latest by their time limits: {time}</source>
        <translation>Nach ihren Zeitgrenzen spätestens: {time}</translation>
    </message>
    <message>
        <source>When it will be free is not known.</source>
        <translation>Wann er frei ist, ist nicht bekannt.</translation>
    </message>
    <message>
        <source>Maintenance of {name}</source>
        <translation>Wartung von {name}</translation>
    </message>
    <message>
        <source>It takes nothing new until the time is over; what it runs goes on.</source>
        <translation>Er nimmt nichts Neues, bis die Zeit um ist; was er ausführt, geht weiter.</translation>
    </message>
    <message>
        <source>Such as: new browser version.</source>
        <translation>Etwa: neue Browserversion.</translation>
    </message>
    <message>
        <source>For how long</source>
        <translation>Wie lange</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>Beginnen</translation>
    </message>
    <message>
        <source>Reason: write a few words, others will read them.</source>
        <translation>Begründung: schreiben Sie ein paar Worte, andere werden sie lesen.</translation>
    </message>
    <message>
        <source>Connect a robot</source>
        <translation>Roboter verbinden</translation>
    </message>
    <message>
        <source>A robot is a program that runs browsers, on this machine or another one.</source>
        <translation>Ein Roboter ist ein Programm, das Browser ausführt, auf diesem Rechner oder einem anderen.</translation>
    </message>
    <message>
        <source>Command for the robot&apos;s machine</source>
        <translation>Befehl für den Rechner des Roboters</translation>
    </message>
    <message>
        <source>1. Install Botswain there, with its robot:</source>
        <translation>1. Installieren Sie dort Botswain mit seinem Roboter:</translation>
    </message>
    <message>
        <source>2. Paste this line into a terminal:</source>
        <translation>2. Fügen Sie diese Zeile in ein Terminal ein:</translation>
    </message>
    <message>
        <source>Copy the line</source>
        <translation>Zeile kopieren</translation>
    </message>
    <message>
        <source>The robot connects to {connect}. The line holds a secret: treat it like a password.</source>
        <translation>Der Roboter verbindet sich mit {connect}. Die Zeile enthält ein Geheimnis: behandeln Sie sie wie ein Passwort.</translation>
    </message>
    <message>
        <source>Copied. Paste it on the robot&apos;s machine.</source>
        <translation>Kopiert. Fügen Sie sie auf dem Rechner des Roboters ein.</translation>
    </message>
    <message>
        <source>The week ahead</source>
        <translation>Die Woche voraus</translation>
    </message>
    <message>
        <source>What schedules start, against the slots of the robots known now.</source>
        <translation>Was Zeitpläne starten, gegen die Plätze der jetzt bekannten Roboter.</translation>
    </message>
    <message>
        <source>Asking the schedules…</source>
        <translation>Die Zeitpläne werden gefragt …</translation>
    </message>
    <message>
        <source>Load of the week</source>
        <translation>Last der Woche</translation>
    </message>
    <message>
        <source>The week could not be foretold.</source>
        <translation>Die Woche ließ sich nicht vorhersagen.</translation>
    </message>
    <message>
        <source>No schedule starts anything within a week.</source>
        <translation>Kein Zeitplan startet etwas innerhalb einer Woche.</translation>
    </message>
    <message>
        <source>more is planned than the robots can do: runs will start late.</source>
        <translation>ist mehr geplant, als die Roboter schaffen: Läufe beginnen zu spät.</translation>
    </message>
    <message numerus="yes">
        <source>In %n hour {late}</source>
        <comment>In %n hours {late}</comment>
        <translation>
            <numerusform>In %n Stunde {late}</numerusform>
            <numerusform>In %n Stunden {late}</numerusform>
        </translation>
    </message>
    <message>
        <source>Enough room. The busiest hour is {hour} with {share}.</source>
        <translation>Platz genug. Am vollsten ist {hour} mit {share}.</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>{runs} of {schedules}, {slots}</source>
        <translation>{runs} von {schedules}, {slots}</translation>
    </message>
    <message numerus="yes">
        <source>%n run</source>
        <comment>%n runs</comment>
        <translation>
            <numerusform>%n Lauf</numerusform>
            <numerusform>%n Läufe</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n schedule</source>
        <comment>%n schedules</comment>
        <translation>
            <numerusform>%n Zeitplan</numerusform>
            <numerusform>%n Zeitpläne</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n slot</source>
        <comment>%n slots</comment>
        <translation>
            <numerusform>%n Platz</numerusform>
            <numerusform>%n Plätze</numerusform>
        </translation>
    </message>
    <message>
        <source>Too much</source>
        <translation>Zu viel</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>Nicht bekannt</translation>
    </message>
    <message>
        <source>how long {names} takes: it has never completed</source>
        <translation>wie lange {names} dauert: es ist noch nie fertig geworden</translation>
    </message>
    <message>
        <source>Evened out</source>
        <translation>Ausgeglichen</translation>
    </message>
    <message>
        <source>{names}: so many runs that the rest is counted evenly</source>
        <translation>{names}: so viele Läufe, dass der Rest gleichmäßig gezählt wird</translation>
    </message>
    <message>
        <source>less than 1 %</source>
        <translation>weniger als 1 %</translation>
    </message>
    <message numerus="yes">
        <source>{share} of %n slot</source>
        <comment>{share} of %n slots</comment>
        <translation>
            <numerusform>{share} von %n Platz</numerusform>
            <numerusform>{share} von %n Plätzen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run begins</source>
        <comment>%n runs begin</comment>
        <translation>
            <numerusform>%n Lauf beginnt</numerusform>
            <numerusform>%n Läufe beginnen</numerusform>
        </translation>
    </message>
    <message>
        <source>The system&apos;s</source>
        <translation>Die des Systems</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Botswain speaks it from its next start.</source>
        <translation>Botswain spricht sie ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>Log of {name}</source>
        <translation>Protokoll von {name}</translation>
    </message>
    <message>
        <source>Log of the process</source>
        <translation>Protokoll des Prozesses</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>It has said nothing yet.</source>
        <translation>Er hat noch nichts gesagt.</translation>
    </message>
    <message>
        <source>Start a robot here</source>
        <translation>Hier einen Roboter starten</translation>
    </message>
    <message>
        <source>Its process belongs to this window: it ends when the window is closed, and its browsers with it.</source>
        <translation>Sein Prozess gehört zu diesem Fenster: er endet, wenn das Fenster geschlossen wird, und seine Browser mit ihm.</translation>
    </message>
    <message>
        <source>Start it each time this window starts</source>
        <translation>Bei jedem Start dieses Fensters mitstarten</translation>
    </message>
    <message>
        <source>Jobs at once</source>
        <translation>Jobs zugleich</translation>
    </message>
    <message>
        <source>Optional, with commas between. Jobs may ask for robots with a tag.</source>
        <translation>Freiwillig, mit Kommas dazwischen. Jobs können Roboter mit einer Marke verlangen.</translation>
    </message>
    <message>
        <source>Start the robot</source>
        <translation>Roboter starten</translation>
    </message>
    <message>
        <source>Name: write 1 to 200 printable characters.</source>
        <translation>Name: schreiben Sie 1 bis 200 druckbare Zeichen.</translation>
    </message>
    <message>
        <source>Name: {name} is a robot of this computer already; start it in the list.</source>
        <translation>Name: {name} ist schon ein Roboter dieses Rechners; starten Sie ihn in der Liste.</translation>
    </message>
    <message>
        <source>{name} is starting; it shows in the list in a moment.</source>
        <translation>{name} startet; er erscheint gleich in der Liste.</translation>
    </message>
    <message numerus="yes">
        <source>{name} has %n mistake</source>
        <comment>{name} has %n mistakes</comment>
        <translation>
            <numerusform>{name} hat %n Fehler</numerusform>
            <numerusform>{name} hat %n Fehler</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing was stored. Put the file right and import it again.</source>
        <translation>Nichts wurde gespeichert. Bringen Sie die Datei in Ordnung und importieren Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>line {line}</source>
        <translation>Zeile {line}</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>Schritt {step}</translation>
    </message>
    <message>
        <source>Nothing was asked yet</source>
        <translation>Es wurde noch nichts gefragt</translation>
    </message>
    <message>
        <source>Questions that are answered or over show here.</source>
        <translation>Beantwortete und erledigte Fragen stehen hier.</translation>
    </message>
    <message>
        <source>Open</source>
        <comment>a state</comment>
        <translation>Offen</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>Beantwortet</translation>
    </message>
    <message>
        <source>Nobody answered</source>
        <translation>Niemand antwortete</translation>
    </message>
    <message>
        <source>Withdrawn</source>
        <translation>Zurückgezogen</translation>
    </message>
    <message>
        <source>Answered questions</source>
        <translation>Beantwortete Fragen</translation>
    </message>
    <message>
        <source>What runs asked people, and what came of it.</source>
        <translation>Was Läufe gefragt haben, und was daraus wurde.</translation>
    </message>
    <message numerus="yes">
        <source>%n question</source>
        <comment>%n questions</comment>
        <translation>
            <numerusform>%n Frage</numerusform>
            <numerusform>%n Fragen</numerusform>
        </translation>
    </message>
    <message>
        <source>  Note: {note}</source>
        <translation>  Notiz: {note}</translation>
    </message>
    <message>
        <source>What came of it</source>
        <translation>Was daraus wurde</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Von</translation>
    </message>
    <message numerus="yes">
        <source>%n thing was not carried over</source>
        <comment>%n things were not carried over</comment>
        <translation>
            <numerusform>%n Sache wurde nicht übernommen</numerusform>
            <numerusform>%n Sachen wurden nicht übernommen</numerusform>
        </translation>
    </message>
    <message>
        <source>From {kind}: {outcome}.</source>
        <translation>Aus {kind}: {outcome}.</translation>
    </message>
    <message>
        <source>everything was carried over</source>
        <translation>alles wurde übernommen</translation>
    </message>
    <message>
        <source>Import {name}</source>
        <translation>{name} importieren</translation>
    </message>
    <message>
        <source>The workflow as YAML</source>
        <translation>Der Workflow als YAML</translation>
    </message>
    <message>
        <source>Not carried over</source>
        <translation>Nicht übernommen</translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation>Gut zu wissen</translation>
    </message>
    <message>
        <source>Save the workflow</source>
        <translation>Workflow speichern</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <comment>and %n more</comment>
        <translation>
            <numerusform>und %n weitere</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>One approval is for all robots. The locators that are there stay behind the new one.</source>
        <translation>Eine Zustimmung gilt für alle Roboter. Die bisherigen Locators bleiben hinter dem neuen stehen.</translation>
    </message>
    <message>
        <source>Repair step {step}?</source>
        <translation>Schritt {step} reparieren?</translation>
    </message>
    <message>
        <source>{runs}, first {first}, last {last}</source>
        <translation>{runs}, zuerst {first}, zuletzt {last}</translation>
    </message>
    <message>
        <source>{name}, version {number}</source>
        <translation>{name}, Version {number}</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>Finds</source>
        <translation>Findet</translation>
    </message>
    <message>
        <source>Look for it first by</source>
        <translation>Zuerst suchen nach</translation>
    </message>
    <message>
        <source>Look for it first by {locator}</source>
        <translation>Zuerst suchen nach {locator}</translation>
    </message>
    <message>
        <source> Open the run</source>
        <translation> Lauf öffnen</translation>
    </message>
    <message numerus="yes">
        <source>%n job that waits</source>
        <comment>%n jobs that wait</comment>
        <translation>
            <numerusform>%n Job, der wartet</numerusform>
            <numerusform>%n Jobs, die warten</numerusform>
        </translation>
    </message>
    <message>
        <source>Take along {jobs} for version {number}</source>
        <translation>{jobs} für Version {number} mitnehmen</translation>
    </message>
    <message>
        <source>Not changed, since a version is fixed: {pinned}.</source>
        <translation>Nicht geändert, da eine Version festgelegt ist: {pinned}.</translation>
    </message>
    <message>
        <source>This job has kept none: retry it from the start.</source>
        <translation>Dieser Job hat keinen gesichert: wiederholen Sie ihn von vorn.</translation>
    </message>
    <message>
        <source>Retry from the failed step</source>
        <translation>Ab dem fehlgeschlagenen Schritt wiederholen</translation>
    </message>
    <message>
        <source>A new attempt goes on where the job was, logged in and on its page.</source>
        <translation>Ein neuer Versuch macht weiter, wo der Job war, angemeldet und auf seiner Seite.</translation>
    </message>
    <message>
        <source>On the workflow&apos;s newest version, if the steps that are done are the same</source>
        <translation>Mit der neuesten Version des Workflows, falls die fertigen Schritte dieselben sind</translation>
    </message>
    <message>
        <source>Reused</source>
        <translation>Wiederverwendet</translation>
    </message>
    <message>
        <source>Runs again</source>
        <translation>Läuft noch einmal</translation>
    </message>
    <message>
        <source>{names} may have been done already</source>
        <translation>{names} ist vielleicht schon geschehen</translation>
    </message>
    <message>
        <source>The workflow calls it not safe to repeat. Look at the site first.</source>
        <translation>Der Workflow nennt das nicht sicher zu wiederholen. Sehen Sie zuerst auf der Website nach.</translation>
    </message>
    <message>
        <source>What will happen</source>
        <translation>Was geschehen wird</translation>
    </message>
    <message>
        <source>Retry from here</source>
        <translation>Von hier wiederholen</translation>
    </message>
    <message>
        <source>{workflow_name} is queued again, from its checkpoint.</source>
        <translation>{workflow_name} ist wieder eingereiht, ab seinem Checkpoint.</translation>
    </message>
    <message numerus="yes">
        <source>%n step: {names}</source>
        <comment>%n steps: {names}</comment>
        <translation>
            <numerusform>%n Schritt: {names}</numerusform>
            <numerusform>%n Schritte: {names}</numerusform>
        </translation>
    </message>
    <message>
        <source>Cron expression</source>
        <translation>Cron-Ausdruck</translation>
    </message>
    <message>
        <source>Every hour</source>
        <translation>Jede Stunde</translation>
    </message>
    <message>
        <source>Every day</source>
        <translation>Jeden Tag</translation>
    </message>
    <message>
        <source>Every week</source>
        <translation>Jede Woche</translation>
    </message>
    <message>
        <source>Every month</source>
        <translation>Jeden Monat</translation>
    </message>
    <message>
        <source>Once</source>
        <translation>Einmal</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>Niedrig</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>High</source>
        <translation>Hoch</translation>
    </message>
    <message>
        <source>Target not found</source>
        <translation>Ziel nicht gefunden</translation>
    </message>
    <message>
        <source>Ambiguous target</source>
        <translation>Ziel nicht eindeutig</translation>
    </message>
    <message>
        <source>Not actionable</source>
        <translation>Nicht bedienbar</translation>
    </message>
    <message>
        <source>Timeout</source>
        <translation>Zeitüberschreitung</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>Page crashed</source>
        <translation>Seite abgestürzt</translation>
    </message>
    <message>
        <source>Browser lost</source>
        <translation>Browser verloren</translation>
    </message>
    <message>
        <source>Browser missing</source>
        <translation>Browser fehlt</translation>
    </message>
    <message>
        <source>Driver lost</source>
        <translation>Treiber verloren</translation>
    </message>
    <message>
        <source>Provider capacity</source>
        <translation>Anbieter ausgelastet</translation>
    </message>
    <message>
        <source>Session expired</source>
        <translation>Sitzung abgelaufen</translation>
    </message>
    <message>
        <source>Assertion failed</source>
        <translation>Prüfung gescheitert</translation>
    </message>
    <message>
        <source>Business</source>
        <translation>Fachlich</translation>
    </message>
    <message>
        <source>Bad workflow</source>
        <translation>Schlechter Workflow</translation>
    </message>
    <message>
        <source>Robot lost</source>
        <translation>Roboter verloren</translation>
    </message>
    <message>
        <source>Internal</source>
        <translation>Intern</translation>
    </message>
    <message>
        <source>Workflow or data</source>
        <translation>Workflow oder Daten</translation>
    </message>
    <message>
        <source>Site</source>
        <translation>Website</translation>
    </message>
    <message>
        <source>Mon</source>
        <translation>Mo</translation>
    </message>
    <message>
        <source>Tue</source>
        <translation>Di</translation>
    </message>
    <message>
        <source>Wed</source>
        <translation>Mi</translation>
    </message>
    <message>
        <source>Thu</source>
        <translation>Do</translation>
    </message>
    <message>
        <source>Fri</source>
        <translation>Fr</translation>
    </message>
    <message>
        <source>Sat</source>
        <translation>Sa</translation>
    </message>
    <message>
        <source>Sun</source>
        <translation>So</translation>
    </message>
    <message>
        <source>Wait for it</source>
        <translation>Auf ihn warten</translation>
    </message>
    <message>
        <source>Skip this run</source>
        <translation>Diesen Lauf auslassen</translation>
    </message>
    <message>
        <source>Run both</source>
        <translation>Beide ausführen</translation>
    </message>
    <message>
        <source>Run once</source>
        <translation>Einmal ausführen</translation>
    </message>
    <message>
        <source>Skip them</source>
        <translation>Auslassen</translation>
    </message>
    <message>
        <source>Run each</source>
        <translation>Jeden ausführen</translation>
    </message>
    <message>
        <source>Edit schedule</source>
        <translation>Zeitplan bearbeiten</translation>
    </message>
    <message>
        <source>New schedule</source>
        <translation>Neuer Zeitplan</translation>
    </message>
    <message>
        <source>Runs a workflow by a rule, in the time zone of your choice.</source>
        <translation>Führt einen Workflow nach einer Regel aus, in der Zeitzone Ihrer Wahl.</translation>
    </message>
    <message>
        <source>Add schedule</source>
        <translation>Zeitplan anlegen</translation>
    </message>
    <message>
        <source>Morning discovery</source>
        <translation>Suche am Morgen</translation>
    </message>
    <message>
        <source>Time zone</source>
        <translation>Zeitzone</translation>
    </message>
    <message>
        <source>minute hour day month weekday; with six fields the first is seconds</source>
        <translation>Minute Stunde Tag Monat Wochentag; bei sechs Feldern ist das erste die Sekunde</translation>
    </message>
    <message>
        <source>At</source>
        <translation>Um</translation>
    </message>
    <message>
        <source>Every hour takes the minute only.</source>
        <translation>Jede Stunde nimmt nur die Minute.</translation>
    </message>
    <message>
        <source>On</source>
        <comment>these weekdays</comment>
        <translation>Am</translation>
    </message>
    <message>
        <source>On</source>
        <translation>An</translation>
    </message>
    <message>
        <source>Day of the month</source>
        <translation>Tag des Monats</translation>
    </message>
    <message>
        <source>In shorter months the last day.</source>
        <translation>In kürzeren Monaten der letzte Tag.</translation>
    </message>
    <message>
        <source>In this machine&apos;s time.</source>
        <translation>In der Zeit dieses Rechners.</translation>
    </message>
    <message>
        <source>If the last run is not done</source>
        <translation>Wenn der letzte Lauf nicht fertig ist</translation>
    </message>
    <message>
        <source>Runs missed while off</source>
        <translation>Verpasste Läufe</translation>
    </message>
    <message>
        <source>Variables</source>
        <translation>Variablen</translation>
    </message>
    <message>
        <source>The workflow could not be read: {reason}</source>
        <translation>Der Workflow konnte nicht gelesen werden: {reason}</translation>
    </message>
    <message>
        <source>Give the schedule a name.</source>
        <translation>Geben Sie dem Zeitplan einen Namen.</translation>
    </message>
    <message>
        <source>There is no workflow to run yet.</source>
        <translation>Es gibt noch keinen Workflow.</translation>
    </message>
    <message>
        <source>Some variables need another look.</source>
        <translation>Einige Variablen brauchen noch einen Blick.</translation>
    </message>
    <message>
        <source>The schedule was not saved</source>
        <translation>Der Zeitplan wurde nicht gespeichert</translation>
    </message>
    <message>
        <source>{name} is saved.</source>
        <translation>{name} ist gespeichert.</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>Noch nichts</translation>
    </message>
    <message>
        <source>Each time that it is due leaves a line here, also when it was missed.</source>
        <translation>Jedes Mal, wenn er fällig ist, bleibt hier eine Zeile, auch wenn er verpasst wurde.</translation>
    </message>
    <message>
        <source>Fired</source>
        <translation>Ausgelöst</translation>
    </message>
    <message>
        <source>Still running</source>
        <translation>Läuft noch</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>Verpasst</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>Abgelehnt</translation>
    </message>
    <message>
        <source>History of {name}</source>
        <translation>Geschichte von {name}</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Geschichte</translation>
    </message>
    <message numerus="yes">
        <source>%n run was missed</source>
        <comment>%n runs were missed</comment>
        <translation>
            <numerusform>%n Lauf wurde verpasst</numerusform>
            <numerusform>%n Läufe wurden verpasst</numerusform>
        </translation>
    </message>
    <message>
        <source>No run was missed</source>
        <translation>Kein Lauf wurde verpasst</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>Due</source>
        <translation>Fällig</translation>
    </message>
    <message>
        <source>In tables</source>
        <translation>In Tabellen</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabetaste</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>Cancel or remove</source>
        <translation>Abbrechen oder entfernen</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Entf</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Keyboard</source>
        <translation>Tastatur</translation>
    </message>
    <message>
        <source>Everything else is in the command palette: Ctrl+K.</source>
        <translation>Alles andere steht in der Befehlspalette: Strg+K.</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>Gehe zu</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message numerus="yes">
        <source>It runs %n job.</source>
        <comment>It runs %n jobs.</comment>
        <translation>
            <numerusform>Er führt %n Job aus.</numerusform>
            <numerusform>Er führt %n Jobs aus.</numerusform>
        </translation>
    </message>
    <message>
        <source>Stop {name}?</source>
        <translation>{name} stoppen?</translation>
    </message>
    <message>
        <source>Finish first: it gets nothing new, and its process ends when its work is done.

Stop now: what it runs is cut off. Jobs that may be repeated go to another robot; the others wait for your decision.</source>
        <translation>Erst fertig werden: er bekommt nichts Neues, und sein Prozess endet mit seiner Arbeit.

Jetzt stoppen: was er ausführt, wird unterbrochen. Wiederholbare Jobs gehen zu einem anderen Roboter; die anderen warten auf Ihre Entscheidung.</translation>
    </message>
    <message>
        <source>Stop now</source>
        <translation>Jetzt stoppen</translation>
    </message>
    <message>
        <source>Finish first</source>
        <translation>Erst fertig werden</translation>
    </message>
    <message>
        <source>At the latest by their time limits: {at}</source>
        <translation>Nach ihren Zeitgrenzen spätestens: {at}</translation>
    </message>
    <message>
        <source>Any robot that can</source>
        <translation>Jeder Roboter, der es kann</translation>
    </message>
    <message>
        <source>As the workflow says</source>
        <translation>Wie der Workflow sagt</translation>
    </message>
    <message>
        <source>New job</source>
        <translation>Neuer Job</translation>
    </message>
    <message>
        <source>Runs a workflow once, on the next robot that is free.</source>
        <translation>Führt einen Workflow einmal aus, auf dem nächsten freien Roboter.</translation>
    </message>
    <message>
        <source>Run job</source>
        <translation>Job ausführen</translation>
    </message>
    <message>
        <source>There is no workflow yet: import one first (Workflows, Import).</source>
        <translation>Es gibt noch keinen Workflow: importieren Sie zuerst einen (Workflows, Importieren).</translation>
    </message>
    <message>
        <source>Some fields need another look.</source>
        <translation>Einige Felder brauchen noch einen Blick.</translation>
    </message>
    <message>
        <source>The job was not accepted</source>
        <translation>Der Job wurde nicht angenommen</translation>
    </message>
    <message>
        <source>Any stretch of time</source>
        <translation>Ein beliebiger Zeitraum</translation>
    </message>
    <message>
        <source>In the time of this machine.</source>
        <translation>In der Zeit dieses Rechners.</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>To</source>
        <translation>Bis</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>It must begin before it ends.</source>
        <translation>Er muss beginnen, bevor er endet.</translation>
    </message>
    <message>
        <source>Preview of the next runs</source>
        <translation>Vorschau der nächsten Läufe</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>Tag</translation>
    </message>
    <message>
        <source>In the zone</source>
        <translation>In der Zone</translation>
    </message>
    <message>
        <source>This rule never fires again.</source>
        <translation>Diese Regel löst nie wieder aus.</translation>
    </message>
    <message>
        <source>When the clock changes</source>
        <translation>Wenn die Uhr umgestellt wird</translation>
    </message>
    <message>
        <source>No preview</source>
        <translation>Keine Vorschau</translation>
    </message>
    <message>
        <source>No versions</source>
        <translation>Keine Versionen</translation>
    </message>
    <message>
        <source>Each time a workflow is saved with a change, a version is added.</source>
        <translation>Jedes Mal, wenn ein Workflow mit einer Änderung gespeichert wird, kommt eine Version dazu.</translation>
    </message>
    <message>
        <source>Versions of {name}</source>
        <translation>Versionen von {name}</translation>
    </message>
    <message>
        <source>A job keeps the version that it was submitted with.</source>
        <translation>Ein Job behält die Version, mit der er eingereicht wurde.</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>What changed</source>
        <translation>Was sich geändert hat</translation>
    </message>
    <message>
        <source>This is the newest version.</source>
        <translation>Das ist die neueste Version.</translation>
    </message>
    <message>
        <source>From version {number} to {newest}</source>
        <translation>Von Version {number} zu {newest}</translation>
    </message>
    <message>
        <source>Nothing that would change a run.</source>
        <translation>Nichts, was einen Lauf ändern würde.</translation>
    </message>
    <message>
        <source>The versions could not be compared: {reason}</source>
        <translation>Die Versionen konnten nicht verglichen werden: {reason}</translation>
    </message>
    <message>
        <source>Bring it to robots…</source>
        <translation>Zu Robotern bringen …</translation>
    </message>
    <message>
        <source>Roll back to it</source>
        <translation>Zu ihr zurückkehren</translation>
    </message>
    <message>
        <source>{name} could not be rolled back</source>
        <translation>{name} konnte nicht zurückgesetzt werden</translation>
    </message>
    <message>
        <source>{name} is as in version {number} again, as version {number2}.</source>
        <translation>{name} ist wieder wie in Version {number}, als Version {number2}.</translation>
    </message>
    <message>
        <source>The rollback could not be taken back</source>
        <translation>Das Zurücksetzen ließ sich nicht zurücknehmen</translation>
    </message>
    <message>
        <source>{name} is as it was before the rollback.</source>
        <translation>{name} ist wie vor dem Zurücksetzen.</translation>
    </message>
    <message>
        <source>Hash</source>
        <translation>Hash</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Editor</source>
        <translation>Editor</translation>
    </message>
    <message>
        <source>Save and run…</source>
        <translation>Speichern und ausführen …</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Add a step…</source>
        <translation>Schritt hinzufügen …</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>Verdoppeln</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <source>Connect…</source>
        <translation>Verbinden …</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Replace by a file…</source>
        <translation>Durch eine Datei ersetzen …</translation>
    </message>
    <message>
        <source>Export to a file…</source>
        <translation>In eine Datei exportieren …</translation>
    </message>
    <message>
        <source>Go to the actions</source>
        <translation>Zu den Aktionen</translation>
    </message>
    <message>
        <source>Go to the graph</source>
        <translation>Zum Graphen</translation>
    </message>
    <message>
        <source>Go to the properties</source>
        <translation>Zu den Eigenschaften</translation>
    </message>
    <message>
        <source>Go to the text</source>
        <translation>Zum Text</translation>
    </message>
    <message>
        <source>Go to the problems</source>
        <translation>Zu den Problemen</translation>
    </message>
    <message>
        <source>Next problem</source>
        <translation>Nächstes Problem</translation>
    </message>
    <message>
        <source>Larger graph</source>
        <translation>Graph vergrößern</translation>
    </message>
    <message>
        <source>Smaller graph</source>
        <translation>Graph verkleinern</translation>
    </message>
    <message>
        <source>Properties of the workflow</source>
        <translation>Eigenschaften des Workflows</translation>
    </message>
    <message>
        <source>All commands</source>
        <translation>Alle Befehle</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>required</source>
        <translation>erforderlich</translation>
    </message>
    <message>
        <source>Insert into {field}</source>
        <translation>In {field} einfügen</translation>
    </message>
    <message>
        <source>Insert a variable or a step&apos;s result (Ctrl+Space)</source>
        <translation>Eine Variable oder das Ergebnis eines Schritts einfügen (Strg+Leertaste)</translation>
    </message>
    <message>
        <source>No variables and no steps before this one</source>
        <translation>Keine Variablen und keine Schritte vor diesem</translation>
    </message>
    <message>
        <source>one a line</source>
        <translation>je Zeile einer</translation>
    </message>
    <message>
        <source>name: value</source>
        <translation>name: wert</translation>
    </message>
    <message>
        <source>Write a whole number, such as 10.</source>
        <translation>Schreiben Sie eine ganze Zahl, etwa 10.</translation>
    </message>
    <message>
        <source>Write a number, such as 2.5.</source>
        <translation>Schreiben Sie eine Zahl, etwa 2.5.</translation>
    </message>
    <message>
        <source>Write yes, no, or an expression in ${{ }}.</source>
        <translation>Schreiben Sie yes, no oder einen Ausdruck in ${{ }}.</translation>
    </message>
    <message>
        <source>Write names and values, one a line, such as `name: value`.</source>
        <translation>Schreiben Sie Namen und Werte, je Zeile ein Paar, etwa `name: wert`.</translation>
    </message>
    <message>
        <source>When it runs</source>
        <translation>Wann er läuft</translation>
    </message>
    <message>
        <source>Time and tries</source>
        <translation>Zeit und Versuche</translation>
    </message>
    <message>
        <source>When it fails, and afterwards</source>
        <translation>Wenn er fehlschlägt, und danach</translation>
    </message>
    <message>
        <source>For each entry of a list</source>
        <translation>Für jeden Eintrag einer Liste</translation>
    </message>
    <message>
        <source>How it runs</source>
        <translation>Wie er läuft</translation>
    </message>
    <message>
        <source>Again and again</source>
        <translation>Wieder und wieder</translation>
    </message>
    <message>
        <source>Where it runs, and who else</source>
        <translation>Wo er läuft, und wer sonst</translation>
    </message>
    <message>
        <source>Afterwards</source>
        <translation>Danach</translation>
    </message>
    <message>
        <source>Waits for</source>
        <translation>Wartet auf</translation>
    </message>
    <message>
        <source>Then</source>
        <translation>Dann</translation>
    </message>
    <message>
        <source>Else</source>
        <translation>Sonst</translation>
    </message>
    <message>
        <source>Timeout (seconds)</source>
        <translation>Zeitgrenze (Sekunden)</translation>
    </message>
    <message>
        <source>Parallel group</source>
        <translation>Parallele Gruppe</translation>
    </message>
    <message>
        <source>Safe to repeat</source>
        <translation>Sicher zu wiederholen</translation>
    </message>
    <message>
        <source>Save as</source>
        <translation>Speichern als</translation>
    </message>
    <message>
        <source>While</source>
        <translation>Solange</translation>
    </message>
    <message>
        <source>On error</source>
        <translation>Bei einem Fehler</translation>
    </message>
    <message>
        <source>Retry safe</source>
        <translation>Sicher wiederholen</translation>
    </message>
    <message>
        <source>Steps at a time</source>
        <translation>Schritte zugleich</translation>
    </message>
    <message>
        <source>Steps that must be done before this one begins.</source>
        <translation>Schritte, die fertig sein müssen, bevor dieser beginnt.</translation>
    </message>
    <message>
        <source>What people read in lists.</source>
        <translation>Was man in Listen liest.</translation>
    </message>
    <message>
        <source>Place in the tree, such as Finance/Monthly.</source>
        <translation>Platz im Baum, etwa Finanzen/Monatlich.</translation>
    </message>
    <message>
        <source>One a line.</source>
        <translation>Je Zeile einer.</translation>
    </message>
    <message>
        <source>What a job of it can be given, by name.</source>
        <translation>Was ein Job von ihm bekommen kann, nach Namen.</translation>
    </message>
    <message>
        <source>One sentence for those who choose it.</source>
        <translation>Ein Satz für alle, die ihn wählen.</translation>
    </message>
    <message>
        <source>How many at a time.</source>
        <translation>Wie viele zugleich.</translation>
    </message>
    <message>
        <source>What a failed entry, or step, means for the others.</source>
        <translation>Was ein fehlgeschlagener Eintrag oder Schritt für die anderen bedeutet.</translation>
    </message>
    <message>
        <source>How often a failure is tried again.</source>
        <translation>Wie oft ein Fehlschlag noch einmal versucht wird.</translation>
    </message>
    <message>
        <source>Seconds before the first retry.</source>
        <translation>Sekunden vor der ersten Wiederholung.</translation>
    </message>
    <message>
        <source>Seconds; no delay grows longer.</source>
        <translation>Sekunden; keine Pause wird länger.</translation>
    </message>
    <message>
        <source>By which each delay is longer than the one before.</source>
        <translation>Um wie viel jede Pause länger ist als die davor.</translation>
    </message>
    <message>
        <source>Whether its failure fails the workflow.</source>
        <translation>Ob sein Fehlschlag den Workflow fehlschlagen lässt.</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>Einträge</translation>
    </message>
    <message>
        <source>Called</source>
        <translation>Genannt</translation>
    </message>
    <message>
        <source>Steps of the workflow</source>
        <translation>Schritte des Workflows</translation>
    </message>
    <message>
        <source>then</source>
        <translation>dann</translation>
    </message>
    <message>
        <source>else</source>
        <translation>sonst</translation>
    </message>
    <message numerus="yes">
        <source>%n step</source>
        <comment>%n steps</comment>
        <translation>
            <numerusform>%n Schritt</numerusform>
            <numerusform>%n Schritte</numerusform>
        </translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>{step}, {action}, waits for {needs}</source>
        <translation>{step}, {action}, wartet auf {needs}</translation>
    </message>
    <message>
        <source>Connecting from {source}. {step}</source>
        <translation>Verbinden von {source} aus. {step}</translation>
    </message>
    <message>
        <source>Save {name} before closing?</source>
        <translation>{name} vor dem Schließen speichern?</translation>
    </message>
    <message>
        <source>There are changes that are not saved. Discarding them cannot be undone.</source>
        <translation>Es gibt ungespeicherte Änderungen. Verwerfen lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
        <source>Keep editing</source>
        <translation>Weiter bearbeiten</translation>
    </message>
    <message>
        <source>Save and close</source>
        <translation>Speichern und schließen</translation>
    </message>
    <message>
        <source>Find an action</source>
        <translation>Eine Aktion finden</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>Aktionen</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Nothing is wrong.</source>
        <translation>Nichts ist falsch.</translation>
    </message>
    <message numerus="yes">
        <source>%n problem</source>
        <comment>%n problems</comment>
        <translation>
            <numerusform>%n Problem</numerusform>
            <numerusform>%n Probleme</numerusform>
        </translation>
    </message>
    <message>
        <source>Properties</source>
        <translation>Eigenschaften</translation>
    </message>
    <message numerus="yes">
        <source>%n step is chosen</source>
        <comment>%n steps are chosen</comment>
        <translation>
            <numerusform>%n Schritt ist gewählt</numerusform>
            <numerusform>%n Schritte sind gewählt</numerusform>
        </translation>
    </message>
    <message>
        <source>Copy, remove or group them; choose one to see its properties.</source>
        <translation>Kopieren, entfernen oder gruppieren Sie sie; wählen Sie einen, um seine Eigenschaften zu sehen.</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>Id</translation>
    </message>
    <message>
        <source>Gives: {what}</source>
        <translation>Ergibt: {what}</translation>
    </message>
    <message>
        <source>Secrets</source>
        <translation>Geheimnisse</translation>
    </message>
    <message>
        <source>This loop</source>
        <translation>Diese Schleife</translation>
    </message>
    <message>
        <source>Results of steps</source>
        <translation>Ergebnisse von Schritten</translation>
    </message>
    <message>
        <source>Nothing that would change a run: it stays version {number}.</source>
        <translation>Nichts, was einen Lauf ändern würde: es bleibt Version {number}.</translation>
    </message>
    <message>
        <source>The workflow could not be saved</source>
        <translation>Der Workflow konnte nicht gespeichert werden</translation>
    </message>
    <message>
        <source>{file} could not be written.</source>
        <translation>{file} konnte nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>Written to {file}.</source>
        <translation>In {file} geschrieben.</translation>
    </message>
    <message>
        <source>Drafts cannot be kept.</source>
        <translation>Entwürfe können nicht aufbewahrt werden.</translation>
    </message>
    <message>
        <source>Save over version {number}?</source>
        <translation>Über Version {number} speichern?</translation>
    </message>
    <message>
        <source>You began with version {mine}; {who} saved version {number} meanwhile. Yours becomes the newest one, without what changed in between; the other versions stay.</source>
        <translation>Sie begannen mit Version {mine}; {who} speicherte inzwischen Version {number}. Ihre wird die neueste, ohne das, was sich dazwischen änderte; die anderen Versionen bleiben.</translation>
    </message>
    <message>
        <source>Save mine</source>
        <translation>Meine speichern</translation>
    </message>
    <message>
        <source>Replace {name}?</source>
        <translation>{name} ersetzen?</translation>
    </message>
    <message>
        <source>There is a workflow of this name already. Yours becomes version {number} of it: schedules and whoever runs it by its name run yours from then on. The versions before stay.</source>
        <translation>Einen Workflow dieses Namens gibt es schon. Ihrer wird dessen Version {number}: Zeitpläne und alle, die ihn beim Namen starten, führen dann Ihren aus. Die früheren Versionen bleiben.</translation>
    </message>
    <message>
        <source>Save as version {number} of it</source>
        <translation>Als dessen Version {number} speichern</translation>
    </message>
    <message>
        <source>Choose another name</source>
        <translation>Anderen Namen wählen</translation>
    </message>
    <message>
        <source>{name} is saved as version {number}.</source>
        <translation>{name} ist als Version {number} gespeichert.</translation>
    </message>
    <message>
        <source>It is as it was before.</source>
        <translation>Es ist wie vorher.</translation>
    </message>
    <message>
        <source>The change could not be taken back</source>
        <translation>Die Änderung ließ sich nicht zurücknehmen</translation>
    </message>
    <message>
        <source>The text cannot be read; put line {line} right first.</source>
        <translation>Der Text kann nicht gelesen werden; bringen Sie zuerst Zeile {line} in Ordnung.</translation>
    </message>
    <message>
        <source>Typing</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>Structure</source>
        <translation>Struktur</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>Going places</source>
        <translation>Wohin gehen</translation>
    </message>
    <message>
        <source>Doing</source>
        <translation>Tun</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>Order and people</source>
        <translation>Ordnung und Menschen</translation>
    </message>
    <message>
        <source>The marketplace</source>
        <translation>Der Marktplatz</translation>
    </message>
    <message>
        <source>Beside the page</source>
        <translation>Neben der Seite</translation>
    </message>
    <message>
        <source>Choice</source>
        <translation>Wahl</translation>
    </message>
    <message>
        <source>Chooses which steps run: some when a condition is true, others when it is not.</source>
        <translation>Wählt, welche Schritte laufen: einige, wenn eine Bedingung gilt, andere, wenn nicht.</translation>
    </message>
    <message>
        <source>For each</source>
        <translation>Für jeden</translation>
    </message>
    <message>
        <source>Runs the chosen step once for each entry of a list, several at a time.</source>
        <translation>Führt den gewählten Schritt einmal für jeden Eintrag einer Liste aus, mehrere zugleich.</translation>
    </message>
    <message>
        <source>Puts the chosen steps into one group that runs in parallel, within bounds.</source>
        <translation>Legt die gewählten Schritte in eine Gruppe, die in Grenzen parallel läuft.</translation>
    </message>
    <message>
        <source>Repeats all steps of the workflow as long as a condition holds.</source>
        <translation>Wiederholt alle Schritte des Workflows, solange eine Bedingung gilt.</translation>
    </message>
    <message>
        <source>Run a workflow</source>
        <translation>Einen Workflow ausführen</translation>
    </message>
    <message>
        <source>Runs another workflow inside this run, in the same browser sessions.</source>
        <translation>Führt einen anderen Workflow in diesem Lauf aus, in denselben Browsersitzungen.</translation>
    </message>
    <message>
        <source>New workflow</source>
        <translation>Neuer Workflow</translation>
    </message>
    <message>
        <source>Unsaved changes of {when} were kept.</source>
        <translation>Ungespeicherte Änderungen von {when} sind aufbewahrt.</translation>
    </message>
    <message>
        <source>Take them up</source>
        <translation>Sie aufnehmen</translation>
    </message>
    <message>
        <source>What has changed (optional)</source>
        <translation>Was sich geändert hat (freiwillig)</translation>
    </message>
    <message>
        <source>What has changed</source>
        <translation>Was sich geändert hat</translation>
    </message>
    <message>
        <source>unsaved changes</source>
        <translation>ungespeicherte Änderungen</translation>
    </message>
    <message>
        <source>version {number}</source>
        <translation>Version {number}</translation>
    </message>
    <message>
        <source>not saved yet</source>
        <translation>noch nicht gespeichert</translation>
    </message>
    <message>
        <source>Line {line} cannot be read; this is how it was before.</source>
        <translation>Zeile {line} kann nicht gelesen werden; so war es davor.</translation>
    </message>
    <message>
        <source>Go to the line</source>
        <translation>Zur Zeile</translation>
    </message>
    <message numerus="yes">
        <source>Not saved: put %n problem right first.</source>
        <comment>Not saved: put %n problems right first.</comment>
        <translation>
            <numerusform>Nicht gespeichert: bringen Sie zuerst %n Problem in Ordnung.</numerusform>
            <numerusform>Nicht gespeichert: bringen Sie zuerst %n Probleme in Ordnung.</numerusform>
        </translation>
    </message>
    <message>
        <source>Replace by a file</source>
        <translation>Durch eine Datei ersetzen</translation>
    </message>
    <message>
        <source>Export to a file</source>
        <translation>In eine Datei exportieren</translation>
    </message>
    <message>
        <source>{file} cannot be read as text: {reason}</source>
        <translation>{file} kann nicht als Text gelesen werden: {reason}</translation>
    </message>
    <message>
        <source>Remove steps</source>
        <translation>Schritte entfernen</translation>
    </message>
    <message>
        <source>Duplicate steps</source>
        <translation>Schritte verdoppeln</translation>
    </message>
    <message>
        <source>Connect steps</source>
        <translation>Schritte verbinden</translation>
    </message>
    <message>
        <source>Take a connection away</source>
        <translation>Verbindung wegnehmen</translation>
    </message>
    <message>
        <source>Choose steps</source>
        <translation>Schritte wählen</translation>
    </message>
    <message>
        <source>Rename the step</source>
        <translation>Schritt umbenennen</translation>
    </message>
    <message>
        <source>Name the step</source>
        <translation>Schritt benennen</translation>
    </message>
    <message>
        <source>Change the action</source>
        <translation>Aktion ändern</translation>
    </message>
    <message>
        <source>Set {field}</source>
        <translation>{field} setzen</translation>
    </message>
    <message>
        <source>Choose the steps that shall run side by side first.</source>
        <translation>Wählen Sie zuerst die Schritte, die nebeneinander laufen sollen.</translation>
    </message>
    <message>
        <source>Group steps</source>
        <translation>Schritte gruppieren</translation>
    </message>
    <message>
        <source>Add {action}</source>
        <translation>{action} hinzufügen</translation>
    </message>
    <message>
        <source>Choose the step that shall run for each entry first.</source>
        <translation>Wählen Sie zuerst den Schritt, der für jeden Eintrag laufen soll.</translation>
    </message>
    <message>
        <source>The engine is not running yet.</source>
        <translation>Die Engine läuft noch nicht.</translation>
    </message>
    <message>
        <source>Safe</source>
        <translation>Sicher</translation>
    </message>
    <message>
        <source>Look first</source>
        <translation>Erst nachsehen</translation>
    </message>
    <message>
        <source>No restart</source>
        <translation>Kein Neustart</translation>
    </message>
    <message>
        <source>Robots that are restarted show here.</source>
        <translation>Roboter, die neu gestartet werden, stehen hier.</translation>
    </message>
    <message>
        <source>Waits for its turn</source>
        <translation>Wartet, bis er dran ist</translation>
    </message>
    <message>
        <source>Finishes its work</source>
        <translation>Beendet seine Arbeit</translation>
    </message>
    <message>
        <source>Restarts</source>
        <translation>Startet neu</translation>
    </message>
    <message>
        <source>Is back</source>
        <translation>Ist zurück</translation>
    </message>
    <message>
        <source>Did not come back</source>
        <translation>Kam nicht zurück</translation>
    </message>
    <message>
        <source>Left alone</source>
        <translation>In Ruhe gelassen</translation>
    </message>
    <message>
        <source>Restart robots</source>
        <translation>Roboter neu starten</translation>
    </message>
    <message>
        <source>One after the other: each finishes its jobs, restarts, and has to be back before the next one begins.</source>
        <translation>Einer nach dem anderen: jeder beendet seine Jobs, startet neu und muss zurück sein, bevor der nächste beginnt.</translation>
    </message>
    <message>
        <source>No robot is connected.</source>
        <translation>Kein Roboter ist verbunden.</translation>
    </message>
    <message>
        <source>Optional; it stands in their logs.</source>
        <translation>Freiwillig; sie steht in ihren Protokollen.</translation>
    </message>
    <message numerus="yes">
        <source>Restart %n robot</source>
        <comment>Restart %n robots</comment>
        <translation>
            <numerusform>%n Roboter neu starten</numerusform>
            <numerusform>%n Roboter neu starten</numerusform>
        </translation>
    </message>
    <message>
        <source>restarted in the console</source>
        <translation>in der Konsole neu gestartet</translation>
    </message>
    <message>
        <source>The robots could not be restarted</source>
        <translation>Die Roboter konnten nicht neu gestartet werden</translation>
    </message>
    <message>
        <source>Robots restart</source>
        <translation>Roboter starten neu</translation>
    </message>
    <message>
        <source>It goes on when this is closed.</source>
        <translation>Es geht weiter, wenn dies geschlossen ist.</translation>
    </message>
    <message>
        <source>Robots that restart</source>
        <translation>Roboter, die neu starten</translation>
    </message>
    <message>
        <source>Leave the others alone</source>
        <translation>Die anderen in Ruhe lassen</translation>
    </message>
    <message numerus="yes">
        <source>{back} of %n robot is back</source>
        <comment>{back} of %n robots are back</comment>
        <translation>
            <numerusform>{back} von %n Roboter ist zurück</numerusform>
            <numerusform>{back} von %n Robotern sind zurück</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waits</source>
        <comment>%n wait</comment>
        <translation>
            <numerusform>%n wartet</numerusform>
            <numerusform>%n warten</numerusform>
        </translation>
    </message>
    <message>
        <source>it is over</source>
        <translation>es ist vorbei</translation>
    </message>
    <message>
        <source>The restart could not be stopped</source>
        <translation>Der Neustart konnte nicht gestoppt werden</translation>
    </message>
    <message>
        <source>Robots that waited are left alone.</source>
        <translation>Wartende Roboter werden in Ruhe gelassen.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Einzelheit</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>First seen {time}</source>
        <translation>Zuerst gesehen {time}</translation>
    </message>
    <message>
        <source>Repeat</source>
        <translation>Wiederholung</translation>
    </message>
    <message>
        <source>A step that is not safe to repeat may have been done.</source>
        <translation>Ein Schritt, der nicht sicher zu wiederholen ist, ist vielleicht geschehen.</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Was geschah</translation>
    </message>
    <message>
        <source>Advice</source>
        <translation>Rat</translation>
    </message>
    <message>
        <source>Cut off in</source>
        <translation>Unterbrochen in</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>Seit</translation>
    </message>
    <message>
        <source>It was given up.</source>
        <translation>Er wurde aufgegeben.</translation>
    </message>
    <message numerus="yes">
        <source>Finishing %n job, then Botswain closes.</source>
        <comment>Finishing %n jobs, then Botswain closes.</comment>
        <translation>
            <numerusform>%n Job wird fertig, dann schließt Botswain.</numerusform>
            <numerusform>%n Jobs werden fertig, dann schließt Botswain.</numerusform>
        </translation>
    </message>
    <message>
        <source>Robots could not be given work again</source>
        <translation>Roboter konnten nicht wieder Arbeit bekommen</translation>
    </message>
    <message>
        <source>Robots take work again.</source>
        <translation>Roboter nehmen wieder Arbeit an.</translation>
    </message>
    <message>
        <source>Robots could not be taken out of work</source>
        <translation>Roboter konnten nicht aus dem Betrieb genommen werden</translation>
    </message>
    <message numerus="yes">
        <source>%n job is running</source>
        <comment>%n jobs are running</comment>
        <translation>
            <numerusform>%n Job läuft</numerusform>
            <numerusform>%n Jobs laufen</numerusform>
        </translation>
    </message>
    <message>
        <source>in the tray</source>
        <translation>in der Ablage</translation>
    </message>
    <message>
        <source>with its window minimised</source>
        <translation>mit minimiertem Fenster</translation>
    </message>
    <message>
        <source>Botswain works on {place}; jobs and schedules go on.</source>
        <translation>Botswain arbeitet {place} weiter; Jobs und Zeitpläne laufen weiter.</translation>
    </message>
    <message>
        <source>Robots get nothing new, and Botswain closes when the last job has ended.</source>
        <translation>Roboter bekommen nichts Neues, und Botswain schließt, wenn der letzte Job beendet ist.</translation>
    </message>
    <message>
        <source>Jobs are cut off. Those that may be repeated go on after the next start; the others wait for your decision.</source>
        <translation>Jobs werden abgebrochen. Die wiederholt werden dürfen, laufen nach dem nächsten Start weiter; die anderen warten auf Ihre Entscheidung.</translation>
    </message>
    <message>
        <source>Keep running</source>
        <translation>Weiterlaufen</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>{amount} ago</source>
        <translation>vor {amount}</translation>
    </message>
    <message>
        <source>in {amount}</source>
        <translation>in {amount}</translation>
    </message>
    <message numerus="yes">
        <source>%n day</source>
        <comment>%n days</comment>
        <translation>
            <numerusform>%n Tag</numerusform>
            <numerusform>%n Tagen</numerusform>
        </translation>
    </message>
    <message>
        <source>ddd dd MMM yyyy, HH:mm:ss</source>
        <translation>ddd dd. MMM yyyy, HH:mm:ss</translation>
    </message>
    <message>
        <source>ddd dd MMM</source>
        <translation>ddd dd. MMM</translation>
    </message>
    <message>
        <source>dd MMM HH:mm</source>
        <translation>dd. MMM HH:mm</translation>
    </message>
    <message>
        <source>dd MMM yyyy HH:mm:ss</source>
        <translation>dd. MMM yyyy HH:mm:ss</translation>
    </message>
    <message>
        <source>dd MMM yyyy HH:mm</source>
        <translation>dd. MMM yyyy HH:mm</translation>
    </message>
    <message>
        <source>{file} could not be written: {reason}</source>
        <translation>{file} konnte nicht geschrieben werden: {reason}</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>waits because</source>
        <translation>wartet, weil</translation>
    </message>
    <message>
        <source>Robots of this computer</source>
        <translation>Roboter dieses Rechners</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>Auf diesem Rechner</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message numerus="yes">
        <source>%n job at once</source>
        <comment>%n jobs at once</comment>
        <translation>
            <numerusform>%n Job zugleich</numerusform>
            <numerusform>%n Jobs zugleich</numerusform>
        </translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>gestoppt</translation>
    </message>
    <message>
        <source>is stopping…</source>
        <translation>wird gestoppt …</translation>
    </message>
    <message>
        <source>finishes its work, then stops</source>
        <translation>beendet seine Arbeit, dann hält er an</translation>
    </message>
    <message>
        <source>is starting…</source>
        <translation>startet …</translation>
    </message>
    <message>
        <source>runs</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>Robot {name} is lost</source>
        <translation>Roboter {name} ist verloren</translation>
    </message>
    <message>
        <source>{workflow} asks: {question}</source>
        <translation>{workflow} fragt: {question}</translation>
    </message>
    <message>
        <source>Schedule {name} is overdue</source>
        <translation>Zeitplan {name} ist überfällig</translation>
    </message>
    <message>
        <source>{workflow}: a repair of step {step} is proposed</source>
        <translation>{workflow}: eine Reparatur von Schritt {step} ist vorgeschlagen</translation>
    </message>
    <message numerus="yes">
        <source>%n thing needs you</source>
        <comment>%n things need you</comment>
        <translation>
            <numerusform>%n Sache braucht Sie</numerusform>
            <numerusform>%n Sachen brauchen Sie</numerusform>
        </translation>
    </message>
    <message>
        <source>Its jobs wait for it, or go on elsewhere.</source>
        <translation>Seine Jobs warten auf ihn oder gehen anderswo weiter.</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Nothing needs you</source>
        <translation>Nichts braucht Sie</translation>
    </message>
    <message>
        <source>Lost robots, failures and jobs that wait show here.</source>
        <translation>Verlorene Roboter, Fehlschläge und wartende Jobs stehen hier.</translation>
    </message>
    <message>
        <source>Nothing happened yet</source>
        <translation>Noch ist nichts geschehen</translation>
    </message>
    <message>
        <source>Jobs, robots and schedules leave a line here when they change.</source>
        <translation>Jobs, Roboter und Zeitpläne hinterlassen hier eine Zeile, wenn sie sich ändern.</translation>
    </message>
    <message>
        <source>Not known yet</source>
        <translation>Noch nicht bekannt</translation>
    </message>
    <message>
        <source>This fills as soon as the engine answers.</source>
        <translation>Das füllt sich, sobald die Engine antwortet.</translation>
    </message>
    <message>
        <source>Dashboard</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>Robots online</source>
        <translation>Roboter verbunden</translation>
    </message>
    <message>
        <source>Failed in 24 h</source>
        <translation>Fehlgeschlagen in 24 h</translation>
    </message>
    <message>
        <source>Duration p95</source>
        <translation>Dauer p95</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>Zeitraum</translation>
    </message>
    <message>
        <source>Jobs that ended</source>
        <translation>Beendete Jobs</translation>
    </message>
    <message>
        <source>Needs attention</source>
        <translation>Braucht Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Recent activity</source>
        <translation>Zuletzt geschehen</translation>
    </message>
    <message>
        <source>{gone} not connected</source>
        <translation>{gone} nicht verbunden</translation>
    </message>
    <message>
        <source>all connected</source>
        <translation>alle verbunden</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>noch keiner</translation>
    </message>
    <message numerus="yes">
        <source>{busy} of %n slot busy</source>
        <comment>{busy} of %n slots busy</comment>
        <translation>
            <numerusform>{busy} von %n Platz belegt</numerusform>
            <numerusform>{busy} von %n Plätzen belegt</numerusform>
        </translation>
    </message>
    <message>
        <source>look at them</source>
        <translation>sehen Sie nach</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>{ended} ended today</source>
        <translation>{ended} heute beendet</translation>
    </message>
    <message>
        <source>average {duration}</source>
        <translation>im Mittel {duration}</translation>
    </message>
    <message>
        <source>oldest for {duration}</source>
        <translation>ältester seit {duration}</translation>
    </message>
    <message>
        <source>queue is empty</source>
        <translation>Warteschlange ist leer</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Vorwärts</translation>
    </message>
    <message>
        <source>Close the details</source>
        <translation>Einzelheiten schließen</translation>
    </message>
    <message>
        <source>No failures</source>
        <translation>Keine Fehlschläge</translation>
    </message>
    <message>
        <source>When jobs fail, those that failed alike stand together here, as one line.</source>
        <translation>Schlagen Jobs fehl, stehen die gleichartigen hier zusammen, als eine Zeile.</translation>
    </message>
    <message>
        <source>No dead letters</source>
        <translation>Keine gestrandeten Jobs</translation>
    </message>
    <message>
        <source>Jobs that could not be repeated safely wait here until somebody decides.</source>
        <translation>Jobs, die nicht sicher wiederholt werden konnten, warten hier, bis jemand entscheidet.</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>Nichts passt</translation>
    </message>
    <message>
        <source>No failure has this state and these words.</source>
        <translation>Kein Fehlschlag hat diesen Zustand und diese Wörter.</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alle zeigen</translation>
    </message>
    <message>
        <source>Not solved</source>
        <translation>Nicht gelöst</translation>
    </message>
    <message>
        <source>Failures</source>
        <translation>Fehlschläge</translation>
    </message>
    <message>
        <source>Dead letters</source>
        <translation>Gestrandete Jobs</translation>
    </message>
    <message>
        <source>Repairs</source>
        <translation>Reparaturen</translation>
    </message>
    <message>
        <source>Search messages, workflows, steps</source>
        <translation>Meldungen, Workflows, Schritte durchsuchen</translation>
    </message>
    <message numerus="yes">
        <source>%n dead letter</source>
        <comment>%n dead letters</comment>
        <translation>
            <numerusform>%n gestrandeter Job</numerusform>
            <numerusform>%n gestrandete Jobs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n group of failures</source>
        <comment>%n groups of failures</comment>
        <translation>
            <numerusform>%n Gruppe von Fehlschlägen</numerusform>
            <numerusform>%n Gruppen von Fehlschlägen</numerusform>
        </translation>
    </message>
    <message>
        <source>Not brought up to date: {trouble}</source>
        <translation>Nicht auf dem neuesten Stand: {trouble}</translation>
    </message>
    <message>
        <source>   the newest {shown} of {total} are shown</source>
        <translation>   die neuesten {shown} von {total} sind gezeigt</translation>
    </message>
    <message>
        <source>A job is one run of a workflow. Run one now, or let a schedule do it.</source>
        <translation>Ein Job ist ein Lauf eines Workflows. Führen Sie jetzt einen aus, oder lassen Sie es einen Zeitplan tun.</translation>
    </message>
    <message>
        <source>No job matches</source>
        <translation>Kein Job passt</translation>
    </message>
    <message>
        <source>No job has this status and these words.</source>
        <translation>Kein Job hat diesen Status und diese Wörter.</translation>
    </message>
    <message>
        <source>Show all jobs</source>
        <translation>Alle Jobs zeigen</translation>
    </message>
    <message>
        <source>Search, or robot:web-01 status:timeout</source>
        <translation>Suchen, oder robot:web-01 status:timeout</translation>
    </message>
    <message>
        <source>Views and columns</source>
        <translation>Ansichten und Spalten</translation>
    </message>
    <message>
        <source>Views, columns, export (Ctrl+Shift+V)</source>
        <translation>Ansichten, Spalten, Export (Strg+Umschalt+V)</translation>
    </message>
    <message>
        <source>Retry…</source>
        <translation>Wiederholen …</translation>
    </message>
    <message>
        <source>Cancel…</source>
        <translation>Abbrechen …</translation>
    </message>
    <message numerus="yes">
        <source>%n change: show</source>
        <comment>%n changes: show</comment>
        <translation>
            <numerusform>%n Änderung: zeigen</numerusform>
            <numerusform>%n Änderungen: zeigen</numerusform>
        </translation>
    </message>
    <message>
        <source> that match</source>
        <translation> passend</translation>
    </message>
    <message>
        <source>Metrics</source>
        <translation>Kennzahlen</translation>
    </message>
    <message>
        <source>Execution time</source>
        <translation>Ausführungszeit</translation>
    </message>
    <message>
        <source>Success and failure</source>
        <translation>Erfolg und Fehlschlag</translation>
    </message>
    <message>
        <source>Queue depth</source>
        <translation>Länge der Warteschlange</translation>
    </message>
    <message>
        <source>Robot utilisation</source>
        <translation>Auslastung der Roboter</translation>
    </message>
    <message>
        <source>Not up to date: {reason}</source>
        <translation>Nicht auf dem neuesten Stand: {reason}</translation>
    </message>
    <message>
        <source>{ended} jobs ended, {number} succeeded</source>
        <translation>{ended} Jobs beendet, {number} gelungen</translation>
    </message>
    <message>
        <source>No job ended in this range</source>
        <translation>In diesem Zeitraum endete kein Job</translation>
    </message>
    <message>
        <source>Nobody waits for you</source>
        <translation>Niemand wartet auf Sie</translation>
    </message>
    <message>
        <source>A step with human.approve, human.answer or human.solve stops its run and asks here.</source>
        <translation>Ein Schritt mit human.approve, human.answer oder human.solve hält seinen Lauf an und fragt hier.</translation>
    </message>
    <message>
        <source>No open question has these words.</source>
        <translation>Keine offene Frage hat diese Wörter.</translation>
    </message>
    <message>
        <source>Waiting for you</source>
        <translation>Wartet auf Sie</translation>
    </message>
    <message>
        <source>Search questions and workflows</source>
        <translation>Fragen und Workflows durchsuchen</translation>
    </message>
    <message>
        <source>No robots yet</source>
        <translation>Noch keine Roboter</translation>
    </message>
    <message>
        <source>A robot runs browsers. Start one on this computer, or connect another machine&apos;s with one line in a terminal.</source>
        <translation>Ein Roboter führt Browser aus. Starten Sie einen auf diesem Rechner, oder verbinden Sie einen anderen mit einer Zeile im Terminal.</translation>
    </message>
    <message>
        <source>Restart all…</source>
        <translation>Alle neu starten …</translation>
    </message>
    <message>
        <source>{robots}, {online} connected   {busy} of {slots} busy</source>
        <translation>{robots}, {online} verbunden   {busy} von {slots} belegt</translation>
    </message>
    <message numerus="yes">
        <source>%n robot</source>
        <comment>%n robots</comment>
        <translation>
            <numerusform>%n Roboter</numerusform>
            <numerusform>%n Roboter</numerusform>
        </translation>
    </message>
    <message>
        <source>Slots busy</source>
        <translation>Plätze belegt</translation>
    </message>
    <message>
        <source>Runs now</source>
        <translation>Führt aus</translation>
    </message>
    <message>
        <source>The robot and its browsers: {size}</source>
        <translation>Der Roboter und seine Browser: {size}</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>{slots_busy} of {slots}</source>
        <translation>{slots_busy} von {slots}</translation>
    </message>
    <message>
        <source>No schedules yet</source>
        <translation>Noch keine Zeitpläne</translation>
    </message>
    <message>
        <source>A schedule runs a workflow by a rule: every weekday at nine, on the first of the month, once next Friday.</source>
        <translation>Ein Zeitplan führt einen Workflow nach einer Regel aus: werktags um neun, am Ersten des Monats, einmal nächsten Freitag.</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Wait</source>
        <translation>Warten</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Auslassen</translation>
    </message>
    <message numerus="yes">
        <source>%n schedule, {on} on</source>
        <comment>%n schedules, {on} on</comment>
        <translation>
            <numerusform>%n Zeitplan, {on} an</numerusform>
            <numerusform>%n Zeitpläne, {on} an</numerusform>
        </translation>
    </message>
    <message>
        <source>Next run</source>
        <translation>Nächster Lauf</translation>
    </message>
    <message>
        <source>Last run</source>
        <translation>Letzter Lauf</translation>
    </message>
    <message>
        <source>If still running</source>
        <translation>Wenn er noch läuft</translation>
    </message>
    <message>
        <source>Missed runs</source>
        <translation>Verpasste Läufe</translation>
    </message>
    <message>
        <source>No robot was there</source>
        <translation>Kein Roboter war da</translation>
    </message>
    <message>
        <source>Once a robot has connected, what it runs stands here over time, and any moment can be opened.</source>
        <translation>Sobald sich ein Roboter verbunden hat, steht hier über die Zeit, was er ausführt, und jeder Augenblick lässt sich öffnen.</translation>
    </message>
    <message>
        <source>Nothing was recorded then</source>
        <translation>Damals wurde nichts aufgezeichnet</translation>
    </message>
    <message>
        <source>The timeline begins when the orchestrator first notes how robots stand.</source>
        <translation>Die Zeitachse beginnt, wenn der Orchestrator zum ersten Mal notiert, wie Roboter stehen.</translation>
    </message>
    <message>
        <source>Back to now</source>
        <translation>Zurück zu jetzt</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Zeitachse</translation>
    </message>
    <message>
        <source>Any time…</source>
        <translation>Beliebige Zeit …</translation>
    </message>
    <message>
        <source>Go to now, and follow it</source>
        <translation>Zu jetzt gehen und folgen</translation>
    </message>
    <message>
        <source>Wheel or + and -: zoom   Drag: move   ←/→: cursor   Click or Enter: open the moment</source>
        <translation>Rad oder + und -: Zoom   Ziehen: bewegen   ←/→: Zeiger   Klick oder Eingabetaste: Augenblick öffnen</translation>
    </message>
    <message>
        <source>{number} failed</source>
        <translation>{number} fehlgeschlagen</translation>
    </message>
    <message>
        <source>The timeline cannot be shown</source>
        <translation>Die Zeitachse kann nicht gezeigt werden</translation>
    </message>
    <message>
        <source>Legend: {words}</source>
        <translation>Legende: {words}</translation>
    </message>
    <message>
        <source>Nothing runs</source>
        <translation>Nichts läuft</translation>
    </message>
    <message>
        <source>What the browser of each run shows appears here while somebody looks.</source>
        <translation>Was der Browser jedes Laufs zeigt, erscheint hier, solange jemand hinsieht.</translation>
    </message>
    <message>
        <source>Wall</source>
        <translation>Live-Wand</translation>
    </message>
    <message>
        <source>{runs} on {robots}, {frees}</source>
        <translation>{runs} auf {robots}, {frees}</translation>
    </message>
    <message numerus="yes">
        <source>%n free slot</source>
        <comment>%n free slots</comment>
        <translation>
            <numerusform>%n freier Platz</numerusform>
            <numerusform>%n freie Plätze</numerusform>
        </translation>
    </message>
    <message>
        <source>The wall cannot be shown</source>
        <translation>Die Live-Wand kann nicht gezeigt werden</translation>
    </message>
    <message>
        <source>Could not take the run over</source>
        <translation>Der Lauf konnte nicht übernommen werden</translation>
    </message>
    <message>
        <source>Could not open the live page</source>
        <translation>Die Live-Seite konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The run is yours: act in its live page, then hand it back.</source>
        <translation>Der Lauf ist Ihrer: handeln Sie auf seiner Live-Seite, dann geben Sie ihn zurück.</translation>
    </message>
    <message>
        <source>No browser could be opened. The address of the live page is copied: paste it into one.</source>
        <translation>Es ließ sich kein Browser öffnen. Die Adresse der Live-Seite ist kopiert: in einen Browser einfügen.</translation>
    </message>
    <message>
        <source>Could not hand the run back</source>
        <translation>Der Lauf konnte nicht zurückgegeben werden</translation>
    </message>
    <message>
        <source>The run goes on.</source>
        <translation>Der Lauf geht weiter.</translation>
    </message>
    <message>
        <source>No workflows yet</source>
        <translation>Noch keine Workflows</translation>
    </message>
    <message>
        <source>A workflow is a YAML or JSON file that says what a robot does, step by step.</source>
        <translation>Ein Workflow ist eine YAML- oder JSON-Datei, die Schritt für Schritt sagt, was ein Roboter tut.</translation>
    </message>
    <message>
        <source>Choose a workflow</source>
        <translation>Wählen Sie einen Workflow</translation>
    </message>
    <message>
        <source>Its steps, variables and source show here.</source>
        <translation>Seine Schritte, Variablen und seine Quelle stehen hier.</translation>
    </message>
    <message>
        <source>No steps</source>
        <translation>Keine Schritte</translation>
    </message>
    <message>
        <source>This workflow does nothing.</source>
        <translation>Dieser Workflow tut nichts.</translation>
    </message>
    <message>
        <source>Workflows by folder</source>
        <translation>Workflows nach Ordnern</translation>
    </message>
    <message>
        <source>New…</source>
        <translation>Neu …</translation>
    </message>
    <message>
        <source>Recording…</source>
        <translation>Aufzeichnung …</translation>
    </message>
    <message>
        <source>Source of the workflow</source>
        <translation>Quelle des Workflows</translation>
    </message>
    <message>
        <source>Parts of the workflow</source>
        <translation>Teile des Workflows</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>No description</source>
        <translation>Keine Beschreibung</translation>
    </message>
    <message>
        <source>{kind}, required</source>
        <translation>{kind}, erforderlich</translation>
    </message>
    <message>
        <source>{kind}, {dumps} unless given</source>
        <translation>{kind}, {dumps} wenn nicht gegeben</translation>
    </message>
    <message>
        <source>Robot {name}</source>
        <translation>Roboter {name}</translation>
    </message>
    <message>
        <source>Run {name}</source>
        <translation>{name} ausführen</translation>
    </message>
    <message>
        <source>Job {workflow_name} {id}</source>
        <translation>Job {workflow_name} {id}</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>Eingereiht</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Do by hand</source>
        <translation>Von Hand tun</translation>
    </message>
    <message>
        <source>the step fails</source>
        <translation>schlägt der Schritt fehl</translation>
    </message>
    <message>
        <source>the job is cancelled</source>
        <translation>wird der Job abgebrochen</translation>
    </message>
    <message>
        <source>it goes on with “{chosen}”</source>
        <translation>geht es mit „{chosen}“ weiter</translation>
    </message>
    <message>
        <source>it goes on without an answer</source>
        <translation>geht es ohne Antwort weiter</translation>
    </message>
    <message>
        <source>Wanted</source>
        <translation>Gewünscht</translation>
    </message>
    <message>
        <source>After that</source>
        <translation>Danach</translation>
    </message>
    <message>
        <source>Falls back</source>
        <translation>Weicht aus</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Finds nothing</source>
        <translation>Findet nichts</translation>
    </message>
    <message>
        <source>Proposed</source>
        <translation>Vorgeschlagen</translation>
    </message>
    <message>
        <source>Step {step} of {workflow} looks for {locator} now, in version {version}.</source>
        <translation>Schritt {step} von {workflow} sucht jetzt nach {locator}, in Version {version}.</translation>
    </message>
    <message>
        <source>The repair could not be approved</source>
        <translation>Der Reparatur konnte nicht zugestimmt werden</translation>
    </message>
    <message>
        <source>The repair could not be rejected</source>
        <translation>Die Reparatur konnte nicht abgelehnt werden</translation>
    </message>
    <message>
        <source>Rejected. It is not proposed again.</source>
        <translation>Abgelehnt. Sie wird nicht wieder vorgeschlagen.</translation>
    </message>
    <message>
        <source>The decision could not be taken back</source>
        <translation>Die Entscheidung ließ sich nicht zurücknehmen</translation>
    </message>
    <message>
        <source>The repair of {workflow} waits for a decision again.</source>
        <translation>Die Reparatur von {workflow} wartet wieder auf eine Entscheidung.</translation>
    </message>
    <message>
        <source>No repairs</source>
        <translation>Keine Reparaturen</translation>
    </message>
    <message>
        <source>When a page has outgrown a step&apos;s locators, what would find its element now is proposed here.</source>
        <translation>Ist eine Seite den Locators eines Schritts entwachsen, wird hier vorgeschlagen, was sein Element jetzt fände.</translation>
    </message>
    <message>
        <source>No repair has these words.</source>
        <translation>Keine Reparatur hat diese Wörter.</translation>
    </message>
    <message>
        <source>Not brought up to date: {reason}</source>
        <translation>Nicht auf dem neuesten Stand: {reason}</translation>
    </message>
    <message numerus="yes">
        <source>%n repair</source>
        <comment>%n repairs</comment>
        <translation>
            <numerusform>%n Reparatur</numerusform>
            <numerusform>%n Reparaturen</numerusform>
        </translation>
    </message>
    <message>
        <source>For you</source>
        <translation>Für Sie</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>At work</source>
        <translation>Bei der Arbeit</translation>
    </message>
    <message>
        <source>Failed or waiting for somebody</source>
        <translation>Fehlgeschlagen oder wartend</translation>
    </message>
    <message>
        <source>Starting the engine</source>
        <translation>Engine startet</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>Nicht verbunden</translation>
    </message>
    <message>
        <source>Key refused</source>
        <translation>Schlüssel abgelehnt</translation>
    </message>
    <message>
        <source>Botswain {version}, {database}</source>
        <translation>Botswain {version}, {database}</translation>
    </message>
    <message>
        <source>data of {age}</source>
        <translation>Daten von {age}</translation>
    </message>
    <message numerus="yes">
        <source>{online_robots} of %n robot online</source>
        <comment>{online_robots} of %n robots online</comment>
        <translation>
            <numerusform>{online_robots} von %n Roboter verbunden</numerusform>
            <numerusform>{online_robots} von %n Robotern verbunden</numerusform>
        </translation>
    </message>
    <message>
        <source>{robots}   {running_jobs} running   {pending_jobs} waiting</source>
        <translation>{robots}   {running_jobs} laufend   {pending_jobs} wartend</translation>
    </message>
    <message>
        <source>The engine was killed by signal {code}</source>
        <translation>Die Engine wurde vom Signal {code} beendet</translation>
    </message>
    <message>
        <source>The engine stopped with exit code {code}</source>
        <translation>Die Engine endete mit dem Code {code}</translation>
    </message>
    <message>
        <source>Starting it again…</source>
        <translation>Sie wird neu gestartet …</translation>
    </message>
    <message>
        <source>The engine cannot be started with {program}</source>
        <translation>Die Engine kann mit {program} nicht gestartet werden</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>This could not be loaded</source>
        <translation>Das konnte nicht geladen werden</translation>
    </message>
    <message>
        <source>Pending</source>
        <translation>Vorgesehen</translation>
    </message>
    <message>
        <source>Dispatched</source>
        <translation>Zugewiesen</translation>
    </message>
    <message>
        <source>Needs a person</source>
        <translation>Braucht einen Menschen</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>Verloren</translation>
    </message>
    <message>
        <source>Cancelling</source>
        <translation>Wird abgebrochen</translation>
    </message>
    <message>
        <source>Timed out</source>
        <translation>Zeit überschritten</translation>
    </message>
    <message>
        <source>Online</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>Busy</source>
        <translation>Beschäftigt</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Getrennt</translation>
    </message>
    <message>
        <source>Draining</source>
        <translation>Läuft aus</translation>
    </message>
    <message>
        <source>Trying again</source>
        <translation>Neuer Versuch</translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation>Übersprungen</translation>
    </message>
    <message>
        <source>Robots over time</source>
        <translation>Roboter über die Zeit</translation>
    </message>
    <message>
        <source>Robots over time: scroll</source>
        <translation>Roboter über die Zeit: rollen</translation>
    </message>
    <message>
        <source>   {waiting} waiting, {running} running</source>
        <translation>   {waiting} wartend, {running} laufend</translation>
    </message>
    <message>
        <source>idle</source>
        <translation>untätig</translation>
    </message>
    <message>
        <source>; cursor at {moment}</source>
        <translation>; Zeiger auf {moment}</translation>
    </message>
    <message>
        <source>completed</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>timed out</source>
        <translation>Zeit überschritten</translation>
    </message>
    <message>
        <source>crashed</source>
        <translation>abgestürzt</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>online</source>
        <translation>verbunden</translation>
    </message>
    <message>
        <source>drains</source>
        <translation>läuft aus</translation>
    </message>
    <message>
        <source>maintenance</source>
        <translation>Wartung</translation>
    </message>
    <message>
        <source>lost</source>
        <translation>verloren</translation>
    </message>
    <message>
        <source>away</source>
        <translation>weg</translation>
    </message>
    <message>
        <source>The moment</source>
        <translation>Der Augenblick</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Es wird nachgesehen …</translation>
    </message>
    <message>
        <source>This moment could not be opened: {reason}</source>
        <translation>Dieser Augenblick konnte nicht geöffnet werden: {reason}</translation>
    </message>
    <message>
        <source>Close the moment</source>
        <translation>Augenblick schließen</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>Just failed</source>
        <translation>Eben fehlgeschlagen</translation>
    </message>
    <message>
        <source>and {number} more</source>
        <translation>und {number} weitere</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>{done} of {total} steps done</source>
        <translation>{done} von {total} Schritten fertig</translation>
    </message>
    <message>
        <source>later: {outcome}</source>
        <translation>später: {outcome}</translation>
    </message>
    <message>
        <source>still runs</source>
        <translation>läuft noch</translation>
    </message>
    <message>
        <source>on {robot} for {length}</source>
        <translation>auf {robot} seit {length}</translation>
    </message>
    <message>
        <source>for {length}</source>
        <translation>seit {length}</translation>
    </message>
    <message>
        <source>{robot} took it {length} later</source>
        <translation>{robot} nahm ihn {length} später</translation>
    </message>
    <message>
        <source>given up {length} later</source>
        <translation>{length} später aufgegeben</translation>
    </message>
    <message>
        <source>{length} before</source>
        <translation>{length} zuvor</translation>
    </message>
    <message>
        <source>on {robot}, {ago}</source>
        <translation>auf {robot}, {ago}</translation>
    </message>
    <message>
        <source>{used} of {slots} slots</source>
        <translation>{used} von {slots} Plätzen</translation>
    </message>
    <message>
        <source>{state} since {moment}</source>
        <translation>{state} seit {moment}</translation>
    </message>
    <message>
        <source>What is known of the moment</source>
        <translation>Was über den Augenblick bekannt ist</translation>
    </message>
    <message>
        <source>The orchestrator did not run then: of robots this is what was known last.</source>
        <translation>Der Orchestrator lief damals nicht: von Robotern ist dies das zuletzt Bekannte.</translation>
    </message>
    <message>
        <source>Nothing had been recorded yet: what jobs tell of themselves is shown.</source>
        <translation>Es war noch nichts aufgezeichnet: gezeigt ist, was Jobs von sich sagen.</translation>
    </message>
    <message numerus="yes">
        <source>%n robot there</source>
        <comment>%n robots there</comment>
        <translation>
            <numerusform>%n Roboter da</numerusform>
            <numerusform>%n Roboter da</numerusform>
        </translation>
    </message>
    <message>
        <source>{running} running, {waiting} waiting</source>
        <translation>{running} laufend, {waiting} wartend</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>entfernt</translation>
    </message>
    <message>
        <source>crashed: its robot vanished</source>
        <translation>abgestürzt: sein Roboter verschwand</translation>
    </message>
    <message>
        <source>Cancelled, paused</source>
        <translation>Abgebrochen, angehalten</translation>
    </message>
    <message>
        <source>The orchestrator did not run</source>
        <translation>Der Orchestrator lief nicht</translation>
    </message>
    <message>
        <source>Nothing was recorded yet</source>
        <translation>Noch nichts aufgezeichnet</translation>
    </message>
    <message>
        <source>runs for {length}</source>
        <translation>läuft seit {length}</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>beendet</translation>
    </message>
    <message>
        <source>{ended} after {length}</source>
        <translation>{ended} nach {length}</translation>
    </message>
    <message>
        <source>, attempt {number}</source>
        <translation>, Versuch {number}</translation>
    </message>
    <message>
        <source>{workflow} on {robot}: {how}</source>
        <translation>{workflow} auf {robot}: {how}</translation>
    </message>
    <message>
        <source>since {moment}, job {job}</source>
        <translation>seit {moment}, Job {job}</translation>
    </message>
    <message>
        <source>{runs}, {failed} failed</source>
        <translation>{runs}, {failed} fehlgeschlagen</translation>
    </message>
    <message>
        <source>Short runs are counted: zoom in to see each</source>
        <translation>Kurze Läufe sind gezählt: zoomen Sie, um jeden zu sehen</translation>
    </message>
    <message numerus="yes">
        <source>%n run left out</source>
        <comment>%n runs left out</comment>
        <translation>
            <numerusform>%n Lauf ausgelassen</numerusform>
            <numerusform>%n Läufe ausgelassen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n robot left out</source>
        <comment>%n robots left out</comment>
        <translation>
            <numerusform>%n Roboter ausgelassen</numerusform>
            <numerusform>%n Roboter ausgelassen</numerusform>
        </translation>
    </message>
    <message>
        <source>Show Botswain</source>
        <translation>Botswain zeigen</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>{running_jobs} running, {pending_jobs} waiting</source>
        <translation>{running_jobs} laufend, {pending_jobs} wartend</translation>
    </message>
    <message>
        <source>Botswain
{words}
{robots}</source>
        <translation>Botswain
{words}
{robots}</translation>
    </message>
    <message>
        <source>A small marketplace on this computer, two robots with real browsers, and two workflows: watch them work for a minute. One click ends it and takes everything away again.</source>
        <translation>Ein kleiner Marktplatz auf diesem Rechner, zwei Roboter mit echten Browsern und zwei Workflows: sehen Sie ihnen eine Minute bei der Arbeit zu. Ein Klick beendet es und räumt alles wieder weg.</translation>
    </message>
    <message>
        <source>A robot is a program that runs browsers. Start one on this computer; robots of other machines join with one line in a terminal.</source>
        <translation>Ein Roboter ist ein Programm, das Browser ausführt. Starten Sie einen auf diesem Rechner; Roboter anderer Rechner kommen mit einer Zeile im Terminal dazu.</translation>
    </message>
    <message>
        <source>Start a robot…</source>
        <translation>Roboter starten …</translation>
    </message>
    <message>
        <source>Record what you do with Chrome DevTools, Selenium IDE or Playwright, and make a workflow of it that robots repeat.</source>
        <translation>Zeichnen Sie mit Chrome DevTools, Selenium IDE oder Playwright auf, was Sie tun, und machen Sie daraus einen Workflow, den Roboter wiederholen.</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
    <message>
        <source>Welcome to Botswain</source>
        <translation>Willkommen bei Botswain</translation>
    </message>
    <message>
        <source>Robots run browser workflows for you, on this computer and on others. Begin with one of these.</source>
        <translation>Roboter führen Browser-Workflows für Sie aus, auf diesem Rechner und auf anderen. Beginnen Sie mit einem davon.</translation>
    </message>
    <message>
        <source>Or:</source>
        <translation>Oder:</translation>
    </message>
    <message>
        <source>import a workflow…</source>
        <translation>einen Workflow importieren …</translation>
    </message>
    <message>
        <source>connect a robot of another machine…</source>
        <translation>einen Roboter eines anderen Rechners verbinden …</translation>
    </message>
    <message>
        <source>see all keys</source>
        <translation>alle Tasten sehen</translation>
    </message>
    <message>
        <source>Show the dashboard instead</source>
        <translation>Stattdessen die Übersicht zeigen</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation>Befehlspalette</translation>
    </message>
    <message>
        <source>Type a command, or the name of a job, robot or workflow</source>
        <translation>Tippen Sie einen Befehl oder den Namen eines Jobs, Roboters oder Workflows</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>never full</source>
        <translation>nie voll</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>more than 5,000 entries</source>
        <translation>mehr als 5.000 Einträge</translation>
    </message>
    <message>
        <source>No picture yet</source>
        <translation>Noch kein Bild</translation>
    </message>
    <message>
        <source>Open live page</source>
        <translation>Live-Seite öffnen</translation>
    </message>
    <message>
        <source>Take over</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Hand back</source>
        <translation>Zurückgeben</translation>
    </message>
    <message>
        <source>{holder} has it</source>
        <translation>{holder} hat ihn</translation>
    </message>
    <message>
        <source>{workflow} on {robot}</source>
        <translation>{workflow} auf {robot}</translation>
    </message>
    <message>
        <source>Navigation</source>
        <translation>Navigation</translation>
    </message>
    <message>
        <source>{field}: write one sentence, others will read it.</source>
        <translation>{field}: schreiben Sie einen Satz, andere werden ihn lesen.</translation>
    </message>
    <message>
        <source>{field}: at most 1,000 characters.</source>
        <translation>{field}: höchstens 1.000 Zeichen.</translation>
    </message>
    <message>
        <source>Copy {name}</source>
        <translation>{name} kopieren</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>Nichts auswählen</translation>
    </message>
    <message>
        <source>All {total} that match</source>
        <translation>Alle {total}, die passen</translation>
    </message>
    <message>
        <source>{chosen} selected</source>
        <translation>{chosen} ausgewählt</translation>
    </message>
    <message numerus="yes">
        <source>Select all %n job that match</source>
        <comment>Select all %n jobs that match</comment>
        <translation>
            <numerusform>%n passenden Job auswählen</numerusform>
            <numerusform>Alle %n passenden Jobs auswählen</numerusform>
        </translation>
    </message>
    <message>
        <source>Steps and what they wait for</source>
        <translation>Schritte und worauf sie warten</translation>
    </message>
    <message>
        <source>Picture of the steps</source>
        <translation>Bild der Schritte</translation>
    </message>
    <message>
        <source>{done} of {number} steps are done</source>
        <translation>{done} von {number} Schritten sind fertig</translation>
    </message>
    <message>
        <source>Close message</source>
        <translation>Meldung schließen</translation>
    </message>
    <message>
        <source>{name} (required)</source>
        <translation>{name} (Pflichtfeld)</translation>
    </message>
    <message>
        <source>This workflow takes no variables.</source>
        <translation>Dieser Workflow nimmt keine Variablen.</translation>
    </message>
    <message>
        <source>Required: give a value.</source>
        <translation>Erforderlich: geben Sie einen Wert.</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Ja</translation>
    </message>
    <message>
        <source>One entry a line.</source>
        <translation>Je Zeile ein Eintrag.</translation>
    </message>
    <message>
        <source>A JSON object.</source>
        <translation>Ein JSON-Objekt.</translation>
    </message>
    <message>
        <source>Write a JSON object, such as {&quot;budget&quot;: 500}.</source>
        <translation>Schreiben Sie ein JSON-Objekt, etwa {&quot;budget&quot;: 500}.</translation>
    </message>
    <message>
        <source>Not connected: data of {time}</source>
        <translation>Nicht verbunden: Daten von {time}</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>Aktualisieren</translation>
    </message>
    <message>
        <source>Switch between light and dark</source>
        <translation>Zwischen hell und dunkel wechseln</translation>
    </message>
    <message>
        <source>Follow the system&apos;s look</source>
        <translation>Dem Aussehen des Systems folgen</translation>
    </message>
    <message>
        <source>Language…</source>
        <translation>Sprache …</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Go to {title}</source>
        <translation>Gehe zu: {title}</translation>
    </message>
    <message>
        <source>Go to the dead letters</source>
        <translation>Gehe zu den gestrandeten Jobs</translation>
    </message>
    <message>
        <source>Go to the repairs</source>
        <translation>Gehe zu den Reparaturen</translation>
    </message>
    <message>
        <source>Restarts are not known: {reason}</source>
        <translation>Neustarts sind nicht bekannt: {reason}</translation>
    </message>
    <message>
        <source>Restart robots one by one…</source>
        <translation>Roboter einen nach dem anderen neu starten …</translation>
    </message>
    <message>
        <source>Bring to robots…</source>
        <translation>Zu Robotern bringen …</translation>
    </message>
    <message>
        <source>Answered questions…</source>
        <translation>Beantwortete Fragen …</translation>
    </message>
    <message>
        <source>Search everything</source>
        <translation>Alles durchsuchen</translation>
    </message>
    <message>
        <source>Search everything for “{text}”</source>
        <translation>Alles nach „{text}“ durchsuchen</translation>
    </message>
    <message>
        <source>Jobs, robots, workflows, errors and log lines</source>
        <translation>Jobs, Roboter, Workflows, Fehler und Protokollzeilen</translation>
    </message>
    <message>
        <source>Words in any order, &quot;words side by side&quot;, begin*, and robot:anna, workflow:Check, status:failed, level:error.</source>
        <translation>Wörter in beliebiger Folge, &quot;Wörter nebeneinander&quot;, Anfang*, und robot:anna, workflow:Prüfung, status:failed, level:error.</translation>
    </message>
    <message>
        <source>Nothing is found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message>
        <source>Fewer words find more. Words are known by their beginning.</source>
        <translation>Weniger Wörter finden mehr. Wörter werden an ihrem Anfang erkannt.</translation>
    </message>
    <message>
        <source>What are you looking for?</source>
        <translation>Was suchen Sie?</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>Gefunden</translation>
    </message>
    <message>
        <source>The search failed</source>
        <translation>Die Suche schlug fehl</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Log lines</source>
        <translation>Protokollzeilen</translation>
    </message>
    <message>
        <source>{title}, the newest</source>
        <translation>{title}, die neuesten</translation>
    </message>
    <message>
        <source>The engine&apos;s log</source>
        <translation>Protokoll der Engine</translation>
    </message>
    <message>
        <source>The newest 5,000 lines, of the level in its settings</source>
        <translation>Die neuesten 5.000 Zeilen, ab der Stufe in ihren Einstellungen</translation>
    </message>
    <message>
        <source>Find an action on the left: Enter, a double click or a drag puts it here. The next one comes behind the step that is chosen.</source>
        <translation>Links eine Aktion suchen: Eingabe, Doppelklick oder Ziehen setzt sie hierher. Die nächste kommt hinter den gewählten Schritt.</translation>
    </message>
    <message>
        <source>Add a step… (Ctrl+N)</source>
        <translation>Schritt hinzufügen… (Strg+N)</translation>
    </message>
</context>
</TS>
